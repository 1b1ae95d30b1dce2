// What the process holds open: threads, sockets by state, sessions, handles; the answer to what Go
// programs show of their goroutines. Linux tells threads and sockets in /proc; elsewhere that is
// said, and the rest shown.
import { readdir, readFile, readlink } from "node:fs/promises";

/** Counts by name, in the order in which they are shown. */
export type Counts = Readonly<Record<string, number>>;

export interface Inventory {
  readonly sessions: Counts;
  /** What Node.js holds open or waits for. */
  readonly resources: Counts;
}

/** States of TCP, by the numbers of Linux's include/net/tcp_states.h. */
const TCP_STATES: Readonly<Record<string, string>> = {
  "01": "ESTABLISHED",
  "02": "SYN_SENT",
  "03": "SYN_RECV",
  "04": "FIN_WAIT1",
  "05": "FIN_WAIT2",
  "06": "TIME_WAIT",
  "07": "CLOSE",
  "08": "CLOSE_WAIT",
  "09": "LAST_ACK",
  "0A": "LISTEN",
  "0B": "CLOSING",
  "0C": "NEW_SYN_RECV",
};
/** Descriptors that are looked at one by one: reading a link takes some microseconds. */
const DESCRIPTORS_MAX = 20_000;
/** Links that are read at a time. */
const BATCH = 64;
/** Of these fields of /proc/PID/stat, behind the name in brackets: ticks in user and kernel. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;
/** Linux counts time for programs in hundredths of a second on every machine it runs Node.js on. */
const TICKS_PER_SECOND = 100;

/** @returns the page's text */
export async function inventoryText({ sessions, resources }: Inventory): Promise<string> {
  const parts = [
    ["sessions, by what they wait for", rowsOf(sessions)],
    ["sockets of TCP, by local port and state", await sockets()],
    ["threads, with their processor time in seconds", await threads()],
    ["what Node.js holds open or waits for", rowsOf(resources)],
  ] as const;
  return parts.map(([title, rows]) => `${title}\n${rows.join("")}`).join("\n");
}

function rowsOf(counts: Counts): string[] {
  return Object.entries(counts).map(([name, count]) => row(count, name));
}

function row(count: number | string, name: string): string {
  return `${String(count).padStart(9)}  ${name}\n`;
}

const UNTOLD = [row("-", "only Linux tells")];

/** Sockets of this process; others of the same machine stand in the same tables. */
async function sockets(): Promise<string[]> {
  if (process.platform !== "linux") return UNTOLD;
  const { inodes, descriptors } = await descriptorsOf();
  const counts = new Map<string, number>();
  for (const table of ["tcp", "tcp6"]) {
    const text = await readFile(`/proc/self/net/${table}`, "latin1").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local = "", , state = "", , , , , , inode = ""] = fields;
      if (!inodes.has(inode)) continue;
      const port = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
      const name = `port ${port}  ${TCP_STATES[state] ?? state}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const shown = foldOutgoing(counts);
  return [...shown, row(descriptors, `file descriptors, of ${await descriptorLimit()}`)];
}

/** Ports that nothing listens on belong to connections that this process has made: one line. */
function foldOutgoing(counts: ReadonlyMap<string, number>): string[] {
  const portOf = (name: string): string => name.split("  ", 1)[0] ?? "";
  const own = new Set(
    [...counts.keys()].filter((name) => name.endsWith("LISTEN")).map((name) => portOf(name)),
  );
  const folded = new Map<string, number>();
  for (const [name, count] of counts) {
    const shown = own.has(portOf(name)) ? name : name.replace(/^port \d+/, "outgoing");
    folded.set(shown, (folded.get(shown) ?? 0) + count);
  }
  return [...folded].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => row(count, name));
}

async function descriptorsOf(): Promise<{ inodes: Set<string>; descriptors: number }> {
  const names = await readdir("/proc/self/fd");
  const inodes = new Set<string>();
  const looked = names.slice(0, DESCRIPTORS_MAX);
  for (let at = 0; at < looked.length; at += BATCH) {
    const links = looked.slice(at, at + BATCH).map((name) => readlink(`/proc/self/fd/${name}`));
    for (const link of await Promise.allSettled(links)) {
      const inode = link.status === "fulfilled" && /^socket:\[(\d+)\]$/.exec(link.value)?.[1];
      if (typeof inode === "string") inodes.add(inode);
    }
  }
  return { inodes, descriptors: names.length };
}

async function descriptorLimit(): Promise<string> {
  const limits = await readFile("/proc/self/limits", "latin1");
  return /^Max open files +(\S+)/m.exec(limits)?.[1] ?? "unknown";
}

async function threads(): Promise<string[]> {
  if (process.platform !== "linux") return UNTOLD;
  const ids = (await readdir("/proc/self/task")).map(Number).sort((a, b) => a - b);
  const rows: string[] = [];
  for (const id of ids) {
    // One that has ended meanwhile is none.
    const stat = await readFile(`/proc/self/task/${id}/stat`, "latin1").catch(() => "");
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    if (name === undefined || rest === undefined) continue;
    const fields = rest.split(" ");
    const ticks = Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD]);
    const what = id === process.pid ? `${name}, which ticks` : name;
    rows.push(row((ticks / TICKS_PER_SECOND).toFixed(2), `${what} (thread ${id})`));
  }
  return [row(ids.length, "threads"), ...rows];
}
