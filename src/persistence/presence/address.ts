// Where Redis is, as written in the configuration: redis://USER:PASSWORD@HOST:PORT/DATABASE. Pure,
// so that the configuration can be checked with it.
import { isIP } from "node:net";

export interface RedisAddress {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** null: Redis's default user. */
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: boolean;
}

const PORT = 6379;
const FORM =
  "write redis://HOST:PORT, or redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS";

/**
 * @returns the address, or a sentence that says what is wrong with `text`. The sentence does not
 * show it: it may hold a password
 */
export function parseRedisUrl(text: string): RedisAddress | string {
  if (!URL.canParse(text)) {
    return `The Redis URL cannot be read as a URL: ${FORM}, signs percent-encoded.`;
  }
  const url = new URL(text);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    return `The Redis URL begins with ${JSON.stringify(url.protocol)}: ${FORM}.`;
  }
  if (url.hostname === "") return `The Redis URL names no host: ${FORM}.`;
  if (url.search !== "" || url.hash !== "") {
    return `The Redis URL has something behind "?" or "#", where nothing is looked for: ${FORM}.`;
  }
  const database = /^\/?([0-9]{0,5})$/.exec(url.pathname)?.[1];
  if (database === undefined) {
    return `The Redis URL has a path that is no database number: ${FORM}, signs percent-encoded.`;
  }
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null) {
    return 'The Redis URL has a "%" in its user or password that encodes nothing: write it "%25".';
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? PORT : Number(url.port),
    database: Number(database),
    user: user === "" ? null : user,
    password: password === "" ? null : password,
    tls: url.protocol === "rediss:",
  };
}

/** @returns the address in words for log and health, without user and password */
export function describeRedis({ host, port, database, tls }: RedisAddress): string {
  const where = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const what = database === 0 ? where : `${where}, database ${database}`;
  return tls ? `${what} (TLS)` : what;
}

/** @returns null when `text` holds a "%" that encodes nothing */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
