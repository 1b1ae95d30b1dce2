// Looks at a store without changing anything in it, for commands that must not make what they only
// ask for: no table, no file, no lock.
import { StoreRefusal } from "./contract.ts";
import { lookAtServer } from "./postgres/look.ts";
import { lookAtFile } from "./sqlite/look.ts";
import { describeStoreUrl, parseStoreUrl } from "./url.ts";

/** Who ran the world last. */
export interface LastOwner {
  /** Host, process and start of it in words. */
  readonly owner: string;
  readonly tick: number;
  /** Since it wrote, ms by the store's clock. */
  readonly silentMs: number;
}

/** What only a server has. */
export interface Remote {
  /** Answers were had within so long, ms: the median of some. */
  readonly answerMs: number;
  /** Its clock less this machine's, ms; half an answer's time may be in it. */
  readonly clockAheadMs: number;
  readonly isEncrypted: boolean;
  /** Takes no writes: a standby, or read-only by default. */
  readonly isReadOnly: boolean;
  /** Whether this user may make tables where they would be made. */
  readonly mayCreate: boolean;
  /** Connections that others leave to ordinary users. */
  readonly connectionsFree: number;
}

export interface Look {
  /** Program and version. */
  readonly name: string;
  /** The place in words, without password. */
  readonly where: string;
  /** What the operator should know, in sentences. */
  readonly warnings: readonly string[];
  /** Version of the schema, 0: there are no tables; and the version that this program makes. */
  readonly schema: number;
  readonly newest: number;
  /** null: nobody ever ran a world of that name. */
  readonly world: LastOwner | null;
  /** null for a file. */
  readonly remote: Remote | null;
}

/**
 * @param url as in `persistence.url`; not "none"
 * @returns null for a file that is not there
 * @throws StoreRefusal when an operator must act
 * @throws StoreFault when the database cannot be had at the moment
 */
export async function lookAtStore(url: string, world: string): Promise<Look | null> {
  const place = parseStoreUrl(url);
  if (typeof place === "string") throw new StoreRefusal(`persistence.url: ${place}.`);
  if (place.kind === "none")
    throw new StoreRefusal(
      "persistence.url is none, so nothing is stored: name the database in persistence.url.",
    );
  if (place.kind === "sqlite") return lookAtFile(place.path, world);
  return lookAtServer({ url: place.url, where: describeStoreUrl(place) }, world);
}
