// The written style, where a test can hold it: width, length, leftovers, files that nobody
// imports, and what the package file promises. ESLint and Prettier hold the rest.
import { posix } from "node:path";

import { describe, expect, test } from "vitest";

import { FILES, filesLike, linesWhere, objectAt, read } from "./tree.ts";

const MAX_WIDTH = 100;
const MAX_LINES = 400;

/** Longer than the rest may be, because they are lists: one line a column of the kernel. */
const LISTS = ["assembly/columns.ts", "assembly/columns.twin.ts"];

/** Written by people and read by people. */
const CODE = filesLike(/\.(?:ts|js|mjs|css|proto|sh)$|^\.ci\/run$/);
const TEXT = filesLike(/\.(?:ts|js|mjs|proto|sh|ya?ml|md)$|^\.ci\/run$/);
const TESTS = filesLike(/\.i?test\.ts$/);

describe("files", () => {
  test("the tree was found", () => {
    expect(FILES).toContain("src/main.ts");
    expect(CODE.length).toBeGreaterThan(50);
  });

  test(`no line of code is wider than ${MAX_WIDTH} columns`, () => {
    expect(linesWhere(CODE, (line) => line.length > MAX_WIDTH)).toEqual([]);
  });

  test(`no file of code but a list has more than ${MAX_LINES} lines`, () => {
    const long = CODE.filter((file) => read(file).split("\n").length - 1 > MAX_LINES);
    expect(long).toEqual(LISTS);
  });

  test("every source file says at its top what it is for", () => {
    const sources = CODE.filter((file) => !TESTS.includes(file) && !file.endsWith(".d.ts"));
    const silent = sources.filter((file) => !/^(?:#!.*\n)?(?:\/\/|\/\*\*?|#) ?\S/.test(read(file)));
    expect(silent).toEqual([]);
  });

  test("nothing is left to be done later, and no test is left out", () => {
    // Letters in brackets, so that this file does not find itself.
    const later = /\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b|@@[A-Z_]+@@/;
    const partial = /\b(?:test|it|describe)\.(?:onl[y]|ski[p]|tod[o])\b/;
    expect(linesWhere(TEXT, (line) => later.test(line))).toEqual([]);
    expect(linesWhere(TESTS, (line) => partial.test(line))).toEqual([]);
  });

  test("no line ends in a carriage return or a blank, and no tab indents", () => {
    expect(linesWhere(CODE, (line) => /[\r\t ]$|^\s*\t/.test(line))).toEqual([]);
  });

  test("H48 no secret is a constant of the source", () => {
    const secret =
      /(?:password|passwd|secret|api_?key|private_?key)\w*["']?\s*[:=]\s*["'][^"'$\s]{6,}["']/i;
    const sources = TEXT.filter((file) => !TESTS.includes(file));
    expect(linesWhere(sources, (line) => secret.test(line))).toEqual([]);
  });
});

describe("imports", () => {
  const scripts = JSON.stringify(objectAt(JSON.parse(read("package.json"))));

  /** What starts programs beside npm: where tests run, in an image, beside one, in a browser. */
  const STARTERS = [
    ...[".ci/run", "docker/Dockerfile", "docker/docker-compose.yml"],
    "bench/page/index.html",
  ];

  function starts(starter: string, file: string): boolean {
    const text = read(starter);
    return (
      text.includes(file) || text.includes(`./${posix.relative(posix.dirname(starter), file)}`)
    );
  }

  /** Started by name, by a tool or by people, and not by another file. */
  function isEntry(file: string): boolean {
    if (TESTS.includes(file) || /\.config\.(?:ts|js)$|\.d\.ts$/.test(file)) return true;
    if (scripts.includes(file) || STARTERS.some((starter) => starts(starter, file))) return true;
    // dist/cli/aether.js is src/cli/aether.ts, build/twin/motion.js is assembly/motion.ts.
    const built = file.replace(/^src\//, "dist/").replace(/^assembly\//, "build/twin/");
    return scripts.includes(built.replace(/\.ts$/, ".js"));
  }

  /** Every file that `file` names in quotes, relative to itself. */
  function mentions(file: string): string[] {
    return [...read(file).matchAll(/["'`](\.{1,2}\/[^"'`\s]+)["'`]/g)].flatMap(([, path]) => {
      const found = posix.join(posix.dirname(file), path ?? "");
      return [found, `${found}.ts`, found.replace(/\.js$/, ".ts")];
    });
  }

  test("every file of code is imported by another one, or is an entry", () => {
    const named = new Set(CODE.flatMap(mentions));
    // asconfig.json names the kernel's entry; x.twin.ts is what x.ts becomes in JavaScript, and
    // x.simd.ts what the build gives to asc in its place.
    const kernel = read("asconfig.json");
    const orphans = CODE.filter((file) => {
      const spelling = file.replace(/\.(?:twin|simd)\.ts$/, ".ts");
      return !named.has(spelling) && !isEntry(file) && !kernel.includes(file);
    });
    expect(orphans.filter((file) => !/^\.ci\/run$|\.proto$/.test(file))).toEqual([]);
  });
});

describe("packages", () => {
  const manifest: unknown = JSON.parse(read("package.json"));
  const lock: unknown = JSON.parse(read("package-lock.json"));
  const groups = ["dependencies", "devDependencies", "optionalDependencies"];

  test("H50 every dependency is pinned to one version, and the lock file agrees", () => {
    for (const group of groups) {
      const wanted = objectAt(manifest, group);
      const loose = Object.entries(wanted).filter(
        ([, version]) => !/^(?:npm:[\w@/.-]+@)?\d+\.\d+\.\d+$/.test(String(version)),
      );
      expect(loose).toEqual([]);
      expect(objectAt(lock, "packages", "", group)).toEqual(wanted);
    }
  });

  test("H50 the lock file names no registry, and proves every package by its digest", () => {
    const packages = Object.entries(objectAt(lock, "packages")).filter(([path]) => path !== "");
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, entry]) => "resolved" in objectAt(entry)).map(([p]) => p)).toEqual(
      [],
    );
    const unproven = packages.filter(([, entry]) => {
      return !String(objectAt(entry)["integrity"]).startsWith("sha512-");
    });
    expect(unproven.map(([path]) => path)).toEqual([]);
  });

  test("H50 nothing runs at installation but our own build", () => {
    const packages = Object.entries(objectAt(lock, "packages")).filter(([path]) => path !== "");
    const scripted = packages.filter(([, entry]) => "hasInstallScript" in objectAt(entry));
    expect(scripted.map(([path]) => path)).toEqual([]);
  });

  /** Versions below these have published faults that a stranger's bytes can reach. */
  const FLOORS: Readonly<Record<string, readonly [number, number, number]>> = {
    protobufjs: [8, 0, 2],
    ws: [8, 21, 0],
  };

  test.each(Object.entries(FLOORS))(
    "H50 %s is not older than its last security fix",
    (name, floor) => {
      const installed = Object.entries(objectAt(lock, "packages"))
        .filter(([path]) => path.endsWith(`node_modules/${name}`))
        .map(([, entry]) => String(objectAt(entry)["version"]).split(".").map(Number));
      for (const version of installed) {
        const difference =
          version.map((part, i) => part - (floor[i] ?? 0)).find((d) => d !== 0) ?? 0;
        expect(difference, version.join(".")).toBeGreaterThanOrEqual(0);
      }
    },
  );
});
