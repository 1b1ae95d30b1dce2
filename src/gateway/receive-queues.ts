// What Linux's own tables of TCP connections say of ours: whose bytes nobody has read yet, and
// which have not ended. uWebSockets.js says nothing of bytes that make no whole message, nor of a
// socket that it has ended and the other side has not; here they show.
import { closeSync, openSync, readSync } from "node:fs";

/** IPv4, and IPv6 with IPv4 in its clothes. */
const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const LOCAL = 1;
const REMOTE = 2;
const STATE = 3;
const QUEUES = 4;
const INODE = 9;
const LISTENS = "0A";
const WORD_DIGITS = 8;
/** A line has some 150 bytes. */
const CHUNK_BYTES = 65_536;
const PORT_DIGITS = 4;
const [NEWLINE, COLON, ZERO, SIX] = ["\n", ":", "0", "6"].map((sign) => sign.charCodeAt(0));

/**
 * @param port of our side
 * @param least bytes of one connection
 * @returns addresses of the other side, each once; none where the system has no such tables
 */
export function unreadOf(port: number, least: number, tables = TABLES): string[] {
  const found = new Set<string>();
  for (const line of linesIn(tables, port))
    for (const address of unreadIn(line, port, least)) found.add(address);
  return [...found];
}

/**
 * @param port of our side
 * @returns connections of which this side or the other has not closed its end, and that some
 *   process holds; 0 where the system has no such tables
 */
export function connectionsOf(port: number, tables = TABLES): number {
  const own = `:${digitsOf(port)}`;
  let count = 0;
  for (const line of linesIn(tables, port)) {
    const words = line.trim().split(/ +/);
    if (words[LOCAL]?.endsWith(own) !== true || words[STATE] === LISTENS) continue;
    if (words[INODE] !== "0") count++;
  }
  return count;
}

function* linesIn(tables: readonly string[], port: number): Generator<string> {
  for (const table of tables) {
    let file: number;
    try {
      file = openSync(table, "r");
    } catch {
      continue;
    }
    try {
      yield* linesOf(file, port);
    } finally {
      closeSync(file);
    }
  }
}

/**
 * Lines of a table that are of our port and of connections that have not ended. The others, of
 * which a busy server has tens of thousands, become no text: read whole, they took megabytes.
 */
function* linesOf(file: number, port: number): Generator<string> {
  const own = Buffer.from(digitsOf(port), "latin1");
  const bytes = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let kept = 0;
  for (;;) {
    const read = readSync(file, bytes, kept, CHUNK_BYTES - kept, null);
    if (read === 0) return;
    const end = kept + read;
    let start = 0;
    for (;;) {
      const stop = bytes.indexOf(NEWLINE!, start);
      if (stop < 0 || stop >= end) break;
      if (isOpen(bytes, start, own)) yield bytes.toString("latin1", start, stop);
      start = stop + 1;
    }
    bytes.copyWithin(0, start, end);
    kept = end - start;
  }
}

/** Whether a line, "  12: local:port remote:port state …", is of the port and not of TIME_WAIT. */
function isOpen(bytes: Buffer, start: number, own: Uint8Array): boolean {
  const local = bytes.indexOf(COLON!, start) + 2;
  const colon = bytes.indexOf(COLON!, local);
  for (let i = 0; i < PORT_DIGITS; i++) if (bytes[colon + 1 + i] !== own[i]) return false;
  const remote = colon + 1 + PORT_DIGITS + 1;
  const state = remote + (colon - local) + 1 + PORT_DIGITS + 1;
  return bytes[state] !== ZERO || bytes[state + 1] !== SIX;
}

/** The same of the text of one table; an address stands there as often as it has connections. */
export function unreadIn(table: string, port: number, least: number): string[] {
  const own = `:${digitsOf(port)}`;
  const found: string[] = [];
  for (const line of table.split("\n")) {
    // Most lines are another program's: looked at before they are taken apart.
    if (!line.includes(own)) continue;
    const words = line.trim().split(/ +/);
    if (words[LOCAL]?.endsWith(own) !== true) continue;
    const [, received = "0"] = (words[QUEUES] ?? "").split(":");
    if (Number.parseInt(received, 16) < least) continue;
    const [address = ""] = (words[REMOTE] ?? "").split(":");
    found.push(addressOf(address));
  }
  return found;
}

function digitsOf(port: number): string {
  return port.toString(16).toUpperCase().padStart(PORT_DIGITS, "0");
}

/** Words of 32 bits in the order of this machine, which is that of every one that we run on. */
function addressOf(hex: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < hex.length; at += WORD_DIGITS) {
    const word = Number.parseInt(hex.slice(at, at + WORD_DIGITS), 16);
    for (let shift = 0; shift < 32; shift += 8) bytes.push((word >>> shift) & 255);
  }
  if (bytes.length === 4) return bytes.join(".");
  const words: string[] = [];
  for (let i = 0; i < bytes.length; i += 2)
    words.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return words.join(":");
}
