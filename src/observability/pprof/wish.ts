// What is asked for under /debug/pprof/: which profile, for how long, in which format. What is not
// understood is refused with a sentence: a profile takes time from ticks, and nobody wants another
// one than he asked for.

/** A profile of the thread that ticks. */
export interface Wish {
  /** heap: what is allocated and still in use at the end; allocs: all that is allocated. */
  readonly kind: "cpu" | "heap" | "allocs";
  /** pprof: gzipped protobuf for `go tool pprof`; v8: JSON for the developer tools of browsers. */
  readonly format: "pprof" | "v8";
  readonly seconds: number;
}

/** How long a profile may take. Go's own tool waits 60 s for an answer that names no seconds. */
export const SECONDS_MIN = 1;
export const SECONDS_MAX = 60;
/** As Go's pages have it, which its tool relies on. */
const CPU_SECONDS = 30;
const HEAP_SECONDS = 10;

const FORMATS: Readonly<Record<Wish["kind"], ReadonlyMap<string, Wish["format"]>>> = {
  cpu: new Map([
    ["pprof", "pprof"],
    ["cpuprofile", "v8"],
  ]),
  heap: new Map([
    ["pprof", "pprof"],
    ["heapprofile", "v8"],
  ]),
  allocs: new Map([
    ["pprof", "pprof"],
    ["heapprofile", "v8"],
  ]),
};

/** @returns the wish, or a sentence that says what is wrong with the query */
export function readWish(kind: Wish["kind"], query: URLSearchParams): Wish | string {
  const unknown = unknownIn(query, ["seconds", "format", "debug"]);
  if (unknown !== null) return unknown;
  // Go's tool may add it; the text that 1 stands for does not exist.
  const debug = query.get("debug") ?? "0";
  if (debug !== "0") return `debug is ${quote(debug)}: leave it out, this page has no text form.\n`;
  const text = query.get("seconds") ?? String(kind === "cpu" ? CPU_SECONDS : HEAP_SECONDS);
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) {
    const range = `from ${SECONDS_MIN} to ${SECONDS_MAX}`;
    return `seconds is ${quote(text)}: write a whole number ${range}.\n`;
  }
  const named = query.get("format") ?? "pprof";
  const format = FORMATS[kind].get(named);
  if (format === undefined) {
    const names = [...FORMATS[kind].keys()].join(" or ");
    // A snapshot of the heap stops the thread for seconds, and ticks with it.
    return `format is ${quote(named)}: write ${names}.\n`;
  }
  return { kind, format, seconds };
}

/** @returns a sentence about the first parameter that the page does not have, or null */
export function unknownIn(query: URLSearchParams, known: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      return `${quote(name)} is no parameter of this page: it takes ${known.join(", ")}.\n`;
    }
    if (seen.has(name)) return `${name} is given twice: give it once.\n`;
    seen.add(name);
  }
  return null;
}

/** A stranger's text, short and without anything that moves a cursor. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40)).replace(/[^\x20-\x7e]/g, "?");
}
