// The benchmark's page: what it is made of, who serves it, and that its contests judge as the
// command's do.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";

import { TICK } from "../../build/twin/layout.js";
import { openKernel } from "../../src/kernel/open.ts";
import { type Entrant, play, type Watcher } from "./contest.ts";
import { pageFiles } from "./files.ts";
import { jsKernel, wasmKernel } from "./kernel.ts";
import { CASES, namesFor, type PageCase } from "./lineup.ts";
import type { Player } from "./player.ts";
import { serverOf } from "./server.ts";

const CASE: PageCase = { spread: "uniform", n: 100, k: 30 };

describe("files", () => {
  const files = pageFiles();
  const scripts = [...files].filter(([path]) => /^\/(?:bench|src|build).*\.[tj]s$/.test(path));

  test("hold what is asked for, and no more", () => {
    const wanted = ["/", "/bench/page/style.css", "/build/kernel.wasm", "/build/twin/kernel.js"];
    for (const path of [...wanted, "/bench/contenders/js-pairs.ts"])
      expect(files.has(path)).toBe(true);
    const libraries = [...files.keys()].filter((path) => path.includes("node_modules"));
    expect(libraries).toEqual(["/node_modules/protobufjs/dist/minimal/protobuf.js"]);
    for (const path of files.keys()) expect(path).not.toMatch(/package\.json|\.test\./);
    const page = Buffer.from(files.get("/")?.bytes ?? []).toString();
    for (const [, path] of page.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)) {
      expect(files.has(`/${path ?? ""}`), path).toBe(true);
    }
    expect(page).not.toMatch(/https?:/);
  });

  test.each(scripts)("%s imports only what is there", (_, { bytes }) => {
    const text = Buffer.from(bytes).toString();
    for (const [, path = ""] of text.matchAll(/^(?:im|ex)port .*?from "([^"]+)";$/gms)) {
      expect(files.has(path), path).toBe(true);
    }
    expect(text).not.toMatch(/\bprocess\.|\bBuffer\b/);
  });

  test("a module of Node is refused in words", () => {
    expect(() => pageFiles(["bench/page/serve.ts"])).toThrow(/bench\/.*\.ts imports node:/);
    expect(() => pageFiles(["bench/nobody.ts"])).toThrow("bench/nobody.ts is missing");
  });
});

test("the server answers GET for its files, with types and a page of its own", async () => {
  const server = serverOf(
    new Map([["/a.ts", { type: "text/javascript", bytes: Buffer.from("1") }]]),
  );
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await fetch(`${url}/a.ts?x=1`);
  expect([answer.status, await answer.text()]).toEqual([200, "1"]);
  expect(answer.headers.get("content-type")).toBe("text/javascript");
  expect(answer.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(answer.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  for (const path of ["/", "/package.json", "/..%2fpackage.json", "/a.ts/"]) {
    expect((await fetch(url + path)).status, path).toBe(404);
  }
  for (const method of ["POST", "HEAD", "DELETE"]) {
    expect((await fetch(`${url}/a.ts`, { method })).status, method).toBe(405);
  }
});

describe("the kernel without Node", () => {
  const bytes = (name: string): ArrayBuffer => {
    return new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url))).buffer;
  };

  test("is a kernel as src/kernel opens it", () => {
    const calls = Object.keys(openKernel("js")).sort();
    for (const kernel of [wasmKernel("kernel.wasm", bytes("kernel.wasm")), jsKernel()]) {
      expect(Object.keys(kernel).sort()).toEqual(calls);
      kernel.step();
      expect(kernel.views.world[TICK]).toBe(1);
    }
  });

  test("what is no kernel is refused in words", () => {
    const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0).buffer;
    expect(() => wasmKernel("empty.wasm", empty)).toThrow("empty.wasm is not an Aether kernel");
  });
});

describe("contests", () => {
  /** A contender whose ticks all take as long, and that fails or errs on request. */
  function player(name: string, us: number, fault: "none" | "wrong" | "fails" = "none"): Player {
    return {
      name,
      open: () => Promise.resolve(),
      run: (ticks) => {
        log.push(name);
        return Promise.resolve(new Float64Array(ticks).fill(us));
      },
      compare: () => {
        if (fault === "fails") return Promise.reject(new Error("out of memory"));
        return Promise.resolve(fault === "wrong" ? "one answer" : "another");
      },
      close: () => undefined,
    };
  }
  const log: string[] = [];

  async function result(players: Player[], isStopped = () => false): Promise<readonly Entrant[]> {
    let last: readonly Entrant[] = [];
    log.length = 0;
    const watcher: Watcher = { say: () => undefined, show: (all) => (last = all), isStopped };
    await play(players, "tick", CASE, watcher, 3);
    return last;
  }

  test("ratios are to the first; the wrong and the failed have no times", async () => {
    const entrants = await result([
      player("engine", 10),
      player("slow", 35),
      player("liar", 1, "wrong"),
      player("broken", 1, "fails"),
    ]);
    expect(entrants.map(({ status }) => status)).toEqual(["right", "right", "wrong", "failed"]);
    expect(entrants[0]?.numbers).toEqual({ rounds: 3, p10: 10, median: 10, worst: 10, ratio: 1 });
    expect(entrants[1]?.numbers).toMatchObject({ median: 35, ratio: 3.5 });
    expect([entrants[2]?.numbers, entrants[3]?.numbers]).toEqual([null, null]);
    expect(entrants[3]?.why).toBe("out of memory");
    expect(log).not.toContain("liar");
    // by turns, and another one begins each round
    expect(log.slice(-6)).toEqual(["engine", "slow", "slow", "engine", "engine", "slow"]);
  });

  test("stops when it is told to", async () => {
    await result([player("engine", 10)], () => true);
    expect(log).toEqual([]);
  });

  test("the cases differ, and the first contender is the engine", () => {
    expect(new Set(CASES.map((each) => JSON.stringify(each))).size).toBe(CASES.length);
    for (const job of ["tick", "sets"] as const) expect(namesFor(job)[0]).toBe("wasm-simd");
  });
});
