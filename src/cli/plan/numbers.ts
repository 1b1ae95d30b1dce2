// A server's numbers as it shows them, at one moment: from its metrics, and, where Linux tells, the
// processor time of the one thread that ticks.
import { readFileSync } from "node:fs";

export interface Numbers {
  /** Monotonic, ms. */
  readonly atMs: number;
  readonly cpuMs: number;
  readonly entities: number;
  readonly ticks: number;
  readonly tickSeconds: number;
  readonly sentBytes: number;
  readonly sentMessages: number;
  readonly moves: number;
  readonly shown: number;
  readonly shownTo: number;
  readonly rss: number;
}

/** USER_HZ: Linux tells every program of hundredths, whatever its own clock is. */
const MS_PER_CPU_TICK = 10;

/** @throws Error when nobody answers */
export async function readNumbers(metrics: string, pid: number): Promise<Numbers> {
  const text = await (await fetch(metrics)).text();
  const of = (name: string): number => {
    const at = text.indexOf(`\n${name} `);
    if (at < 0) throw new Error(`the server shows no ${name}`);
    const from = at + name.length + 2;
    return Number(text.slice(from, text.indexOf("\n", from)));
  };
  return {
    atMs: performance.now(),
    cpuMs: threadCpuMs(pid) ?? of("process_cpu_seconds_total") * 1000,
    entities: of("aether_entity_count"),
    ticks: of("aether_tick_duration_seconds_count"),
    tickSeconds: of("aether_tick_duration_seconds_sum"),
    sentBytes: of("aether_sent_bytes_total"),
    sentMessages: of("aether_messages_sent_total"),
    moves: of('aether_messages_received_total{type="move"}'),
    shown: of("aether_aoi_visible_sum"),
    shownTo: of("aether_aoi_visible_count"),
    rss: of("process_resident_memory_bytes"),
  };
}

/** @returns of a process's first thread, which is the one that ticks; null where it is not told */
function threadCpuMs(pid: number): number | null {
  if (process.platform !== "linux") return null;
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_CPU_TICK;
}
