// From a URL to a store: the database is opened, looked at, and its schema brought up to date.
import { StoreRefusal } from "./contract.ts";
import type { OutboxStore, WorldStore } from "./contract.ts";
import { PLANNED_ONCE } from "./postgres/flush.ts";
import { Link } from "./postgres/link.ts";
import type { Place } from "./postgres/link.ts";
import { Listener } from "./postgres/listener.ts";
import { IN_ORDER } from "./postgres/outbox-statements.ts";
import { PostgresOutboxStore } from "./postgres/outbox.ts";
import { SidePool } from "./postgres/pool.ts";
import { prepareServer } from "./postgres/prepare.ts";
import type { Prepared } from "./postgres/prepare.ts";
import { PostgresWorldStore } from "./postgres/world.ts";
import { openFile } from "./sqlite/open.ts";
import { SqliteOutboxStore } from "./sqlite/outbox.ts";
import { SqliteWorldStore } from "./sqlite/world.ts";
import { describeStoreUrl, parseStoreUrl } from "./url.ts";
import type { StoreUrl } from "./url.ts";

export interface StoreOptions {
  /** Name of the world; a database may hold many. */
  readonly world: string;
  /** Connections at most, beside those that a store keeps for itself. SQLite needs none. */
  readonly poolSize: number;
}

/**
 * @param url as in `persistence.url`
 * @throws StoreRefusal when an operator must act
 * @throws StoreFault when the database cannot be had at the moment
 */
export async function openWorldStore(
  url: string,
  { world, poolSize }: StoreOptions,
): Promise<WorldStore> {
  const place = placeOf(url);
  if (place.kind === "sqlite") return new SqliteWorldStore(await openFile(place.path), world);
  const server = await openServer(place, PLANNED_ONCE);
  const pool = new SidePool(server.place, poolSize);
  return new PostgresWorldStore(server.link, pool, world, server.prepared);
}

/** The outbox of a world; otherwise as `openWorldStore`. */
export async function openOutboxStore(
  url: string,
  { world, poolSize }: StoreOptions,
): Promise<OutboxStore> {
  const place = placeOf(url);
  if (place.kind === "sqlite") return new SqliteOutboxStore(await openFile(place.path), world);
  const server = await openServer(place, IN_ORDER);
  const pool = new SidePool(server.place, poolSize);
  const listener = new Listener(server.place, world);
  return new PostgresOutboxStore(server.link, pool, listener, world, server.prepared.name);
}

type Stored = Exclude<StoreUrl, { kind: "none" }>;
type Remote = Extract<StoreUrl, { kind: "postgres" }>;

function placeOf(url: string): Stored {
  const place = parseStoreUrl(url);
  if (typeof place === "string") throw new StoreRefusal(`persistence.url: ${place}.`);
  if (place.kind === "none")
    throw new StoreRefusal(
      "persistence.url is none, so nothing is stored: name the database in persistence.url.",
    );
  return place;
}

async function openServer(
  remote: Remote,
  settings: Readonly<Record<string, string>>,
): Promise<{ place: Place; link: Link; prepared: Prepared }> {
  const place = { url: remote.url, where: describeStoreUrl(remote) };
  const link = new Link(place, { settings });
  try {
    return { place, link, prepared: await prepareServer(link) };
  } catch (error) {
    await link.close();
    throw error;
  }
}
