// The pages under /debug/pprof/, named and shaped as Go's are, so that its tools read them.
import type { BoardReader } from "../board.ts";
import { PROCESS, SESSIONS } from "../catalogue.ts";
import { PLAIN } from "../admin-routes.ts";
import type { Page, Route } from "../admin-routes.ts";
import type { Metric } from "../layout.ts";
import { inventoryText } from "./inventory.ts";
import type { Counts } from "./inventory.ts";
import { NoProfile, Profiler } from "./profiler.ts";
import { readWish, SECONDS_MAX, SECONDS_MIN, unknownIn } from "./wish.ts";
import type { Wish } from "./wish.ts";

const ROOT = "/debug/pprof/";

const SECONDS = `${SECONDS_MIN} to ${SECONDS_MAX}`;
const INDEX = `Of the thread that ticks, one at a time, for ?seconds=, ${SECONDS}:

  ${ROOT}profile            where its time goes; 30 s unless told
  ${ROOT}heap               what it allocates and still uses at the end; 10 s
  ${ROOT}allocs             all that it allocates; 10 s

These are read by go tool pprof, with ?format=cpuprofile or ?format=heapprofile by the developer
tools of browsers. Of the whole process, as text:

  ${ROOT}goroutine?debug=1  sessions, sockets, threads and handles
`;

/** What a profile is called where it is saved. */
const NAMES: Readonly<Record<Wish["kind"], Readonly<Record<Wish["format"], string>>>> = {
  cpu: { pprof: "aether-cpu.pb.gz", v8: "aether.cpuprofile" },
  heap: { pprof: "aether-heap.pb.gz", v8: "aether.heapprofile" },
  allocs: { pprof: "aether-allocs.pb.gz", v8: "aether-allocs.heapprofile" },
};
const TYPES: Readonly<Record<Wish["format"], string>> = {
  pprof: "application/octet-stream",
  v8: "application/json",
};

/** @param board where sessions and handles are counted */
export function pprofRoutes(board: BoardReader): readonly Route[] {
  const profiler = new Profiler();
  const profile = (name: string, kind: Wish["kind"]): Route => ({
    path: `${ROOT}${name}`,
    answer: (query, _host, gone) => profilePage(profiler, kind, query, gone),
  });
  return [
    { path: ROOT, answer: () => Promise.resolve(plain(200, INDEX)) },
    profile("profile", "cpu"),
    profile("heap", "heap"),
    profile("allocs", "allocs"),
    { path: `${ROOT}goroutine`, answer: (query) => inventoryPage(board, query) },
  ];
}

async function profilePage(
  profiler: Profiler,
  kind: Wish["kind"],
  query: URLSearchParams,
  gone: AbortSignal,
): Promise<Page> {
  const wish = readWish(kind, query);
  if (typeof wish === "string") return plain(400, wish);
  const { busySeconds } = profiler;
  if (busySeconds > 0) {
    const words = `Another profile is under way: ask again in ${busySeconds} s.\n`;
    return { ...plain(429, words), headers: { "Retry-After": String(busySeconds) } };
  }
  try {
    const body = await profiler.take(wish, gone);
    const name = NAMES[kind][wish.format];
    const headers = { "Content-Disposition": `attachment; filename="${name}"` };
    return { status: 200, type: TYPES[wish.format], body, headers };
  } catch (error) {
    if (error instanceof NoProfile) return plain(503, `${error.message}\n`);
    throw error;
  }
}

async function inventoryPage(board: BoardReader, query: URLSearchParams): Promise<Page> {
  const unknown = unknownIn(query, ["debug"]);
  if (unknown !== null) return plain(400, unknown);
  if (query.get("debug") !== "1") {
    return plain(400, "This page is text and no profile: ask for it with ?debug=1.\n");
  }
  const cells = new Float64Array(board.length);
  board.read(cells);
  const sessions = countsOf(SESSIONS.sessions, cells);
  const resources = countsOf(PROCESS.resources, cells);
  return plain(200, await inventoryText({ sessions, resources }));
}

/** The values of a gauge by its label. */
function countsOf({ values, at }: Metric, cells: Float64Array): Counts {
  return Object.fromEntries(values.map((value, i) => [value, cells[at + i] ?? 0]));
}

function plain(status: number, body: string): Page {
  return { status, type: PLAIN, body };
}
