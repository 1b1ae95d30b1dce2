// Whose bytes nobody has read yet, by Linux's own tables of TCP connections. uWebSockets.js says
// nothing of bytes that make no whole message; here they show.
import { readFileSync } from "node:fs";

/** IPv4, and IPv6 with IPv4 in its clothes. */
const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const LOCAL = 1;
const REMOTE = 2;
const QUEUES = 4;
const WORD_DIGITS = 8;

/**
 * @param port of our side
 * @param least bytes of one connection
 * @returns addresses of the other side, each once; none where the system has no such tables
 */
export function unreadOf(port: number, least: number): string[] {
  const texts = TABLES.map((table) => {
    try {
      return readFileSync(table, "latin1");
    } catch {
      return "";
    }
  });
  return [...new Set(texts.flatMap((text) => unreadIn(text, port, least)))];
}

/** The same of the text of one table; an address stands there as often as it has connections. */
export function unreadIn(table: string, port: number, least: number): string[] {
  const own = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
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
