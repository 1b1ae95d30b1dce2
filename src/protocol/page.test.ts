// docs/protocol.md says what the code says: every message and field, the numbers, the examples.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { annotate } from "../../proto/annotate.ts";
import { GOLDEN_FRAMES } from "../../proto/golden.ts";
import { addToDigest } from "./digest.ts";
import { AOI_HEADER_MAX } from "./encode.ts";
import {
  MAX_FRAME,
  MAX_HELLO_FRAME,
  PROTOCOL_MIN,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
} from "./version.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/protocol.md");
const proto = read("proto/aether.proto");

const grouped = (value: number) => value.toLocaleString("en-GB");

/** The fields of a message: "number name type", in the order of the .proto. */
function fieldsOf(body: string): string[] {
  return [...body.matchAll(/^\s+(?:repeated )?(\w+) (\w+) = (\d+);/gm)].map(
    ([, type, name, number]) => `${number} ${name} ${type}`,
  );
}

const messages = [...proto.matchAll(/^message (\w+) \{(\}|[^]*?^\})/gm)].map(([, name, body]) => ({
  name: name ?? "",
  fields: fieldsOf(body ?? ""),
}));

test.each(messages)("$name is described with every field and no other", ({ name, fields }) => {
  const section = page.split(`\n### ${name}\n`)[1]?.split(/\n##/)[0];
  expect(section).toBeDefined();
  const rows = [...(section ?? "").matchAll(/^\| (\d+) +\| `(\w+)` +\| (\w+) +\|/gm)];
  expect(rows.map(([, number, field, type]) => `${number} ${field} ${type}`)).toEqual(fields);
});

test("all messages of the .proto were looked at", () => {
  expect(messages.length).toBe([...proto.matchAll(/^message /gm)].length);
  expect(messages.flatMap(({ fields }) => fields).length).toBe(
    [...proto.matchAll(/ = \d+;/gm)].length,
  );
});

test("the drawn frame is the golden one", () => {
  const frame = GOLDEN_FRAMES.find(({ name }) => name === "aoi");
  expect(page).toContain(annotate("ServerMessage", frame?.bytes ?? new Uint8Array(0)));
});

test("the examples are golden frames", () => {
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\| `((?:[0-9a-f]{2} ?)+)` +\|/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const [, name, hex] of rows) {
    const frame = GOLDEN_FRAMES.find((golden) => golden.name === name);
    const bytes = Array.from(frame?.bytes ?? [], (byte) => byte.toString(16).padStart(2, "0"));
    expect(hex).toBe(bytes.join(" "));
  }
});

test("the worked digest is right", () => {
  const rows = [...page.matchAll(/^\| 0x(\w{8}) \| (-?\d+) +\| (-?\d+) +\| 0x(\w{8}) \|/gm)];
  expect(rows.length).toBe(3);
  let sum = 0;
  for (const [, id, x, y, mix] of rows) {
    const share = addToDigest(0, Number(`0x${id}`), Number(x), Number(y));
    expect(share).toBe(Number(`0x${mix}`));
    sum = (sum + share) >>> 0;
  }
  expect(page).toContain(`sum  | 0x${sum.toString(16)} |`);
});

test("the page's numbers are the code's", () => {
  expect(page).toContain(`**${MAX_FRAME} bytes**`);
  expect(page).toContain(`\n  ${grouped(MAX_HELLO_FRAME)}, because`);
  expect(page).toContain(`header, at most ${AOI_HEADER_MAX} bytes`);
  expect(page).toContain(`\`${SUBPROTOCOL}\``);
  expect(page).toContain(`${PROTOCOL_MIN} to ${PROTOCOL_VERSION}`);
});
