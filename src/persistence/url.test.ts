// URLs of stores: what is taken, what is refused in words, and that no password is ever shown.
import { expect, test } from "vitest";

import { describeStoreUrl, parseStoreUrl } from "./url.ts";
import type { StoreUrl } from "./url.ts";

const PLACES: readonly [text: string, place: StoreUrl, words: string][] = [
  ["none", { kind: "none" }, "none"],
  ["sqlite:data/aether.db", { kind: "sqlite", path: "data/aether.db" }, "sqlite:data/aether.db"],
  ["sqlite:/var/lib/a b.db", { kind: "sqlite", path: "/var/lib/a b.db" }, "sqlite:/var/lib/a b.db"],
  ["sqlite::memory:", { kind: "sqlite", path: ":memory:" }, "sqlite::memory:"],
  remote("postgres://localhost/aether", "postgres://localhost/aether"),
  remote("postgresql://u:geheim@db:5433/a?sslmode=require", "postgres://u@db:5433/a"),
  remote("postgres://u:p%40ss@[::1]/a", "postgres://u@[::1]/a"),
  remote("postgres:///a?host=/run/postgresql&password=geheim", "postgres:///run/postgresql/a"),
];

test.each(PLACES)("%s is a store", (text, place, words) => {
  const parsed = parseStoreUrl(text);
  expect(parsed).toEqual(place);
  expect(typeof parsed === "string" ? parsed : describeStoreUrl(parsed)).toBe(words);
});

function remote(url: string, words: string): [string, StoreUrl, string] {
  return [url, { kind: "postgres", url }, words];
}

test.each([
  ["", "it names no kind of database: write none, sqlite:PATH or postgres://"],
  ["data/aether.db", "it names no kind of database"],
  ["mysql://u:geheim@db/a", '"mysql" is not a kind of database that Aether knows'],
  ["postgress://u:geheim@db/a", '"postgress" is not a kind of database'],
  ["sqlite:", "sqlite: names no file"],
  ["sqlite://data/aether.db", "sqlite: takes a path and no slashes before it"],
  ["sqlite:a\0b", "a path cannot hold the character NUL"],
  ["postgres:db/a", "it is not a URL of postgres: write postgres://USER@HOST:PORT/DATABASE"],
  ["postgres://u:geheim@db:port/a", "special characters of a password are written as %XX"],
  ["postgres://u:12/geheim@db/a", "special characters of a password are written as %XX"],
  ["postgres://u:12?geheim@db/a", "special characters of a password are written as %XX"],
  ["postgres://u:12#geheim@db/a", "special characters of a password are written as %XX"],
  ["postgres://u:geheim%@db/a", "special characters of a password are written as %XX"],
])("%j is refused in words", (text, words) => {
  const sentence = parseStoreUrl(text);
  expect(sentence).toContain(words);
  expect(sentence).not.toContain("geheim");
});
