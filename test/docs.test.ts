// What the documents say, held against what they speak of: settings, links, scripts, hazards.
import { posix } from "node:path";

import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { SETTINGS, defaultConfig } from "../src/config/schema.ts";
import { FILES, filesLike, linesWhere, objectAt, read } from "./tree.ts";

const PAGES = filesLike(/\.md$/);

describe("config.yaml", () => {
  test("lists every setting and no other, each with its default", () => {
    expect(parse(read("config.yaml"))).toEqual(defaultConfig());
  });

  test("says in the settings' order what each is for", () => {
    const keys = [...SETTINGS.keys()].map((key) => key.split(".").at(-1));
    const lines = read("config.yaml").split("\n");
    const settings = lines.filter((line) => /^ +\w+: \S/.test(line) && !/^ +\w+: #/.test(line));
    expect(settings.map((line) => line.trim().split(":")[0])).toEqual(keys);
    // The four bounds share the comment above them.
    const silent = settings.filter(
      (line) => !/ # \S/.test(line) && !/^ +(?:min|max)_[xy]:/.test(line),
    );
    expect(silent).toEqual([]);
  });
});

describe("docs/operating.md", () => {
  test("lists every setting in order, each with its variable and its default", () => {
    // Of a cell that says more, the first piece of code.
    const rows = read("docs/operating.md")
      .split("\n")
      .map((line) => line.split("|").map((cell) => /`([^`]*)`/.exec(cell)?.[1] ?? cell.trim()))
      .filter(([, key]) => SETTINGS.has(key ?? ""))
      .map(([, key, variable, fallback]) => [key, variable, fallback]);
    const settings = [...SETTINGS.keys()].map((key) => {
      const at = (within: unknown, part: string): unknown => objectAt(within)[part];
      const value = key.split(".").reduce(at, defaultConfig());
      const variable = `AETHER_${key.toUpperCase().replaceAll(".", "_")}`;
      const shown = value === "" || Array.isArray(value) ? JSON.stringify(value) : String(value);
      return [key, variable, shown];
    });
    expect(rows).toEqual(settings);
  });
});

describe("documents", () => {
  /** Links of a page, without those in code. */
  function links(page: string): string[] {
    const prose = read(page).replace(/```[\s\S]*?```|`[^`\n]*`/g, "");
    return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target]) => target ?? "");
  }

  /** The anchors that a page's headings get. */
  function anchors(page: string): Set<string> {
    const headings = read(page).matchAll(/^#{1,6} +(.+?) *#*$/gm);
    return new Set(
      [...headings].map(([, title]) =>
        (title ?? "")
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, "")
          .replace(/\s/g, "-"),
      ),
    );
  }

  function isBroken(page: string, link: string): boolean {
    if (/^(?:https?|mailto):/.test(link)) return false;
    const [path = "", anchor] = link.split("#", 2);
    const target = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
    const folder = target.replace(/\/?$/, "/");
    const exists = FILES.includes(target) || FILES.some((file) => file.startsWith(folder));
    if (!exists) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchors(target).has(anchor);
  }

  test("every link leads somewhere", () => {
    const broken = PAGES.flatMap((page) =>
      links(page)
        .filter((link) => isBroken(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("every npm script that a page names exists", () => {
    const scripts = new Set(
      filesLike(/(?:^|\/)package\.json$/).flatMap((file) =>
        Object.keys(objectAt(JSON.parse(read(file)), "scripts")),
      ),
    );
    const named = /\bnpm (?:run (?:--?\S+ )*([a-z][\w:-]*)|(test|start)\b)/g;
    const unknown = linesWhere(PAGES, (line) =>
      [...line.matchAll(named)].some(([, run, short]) => !scripts.has(run ?? short ?? "")),
    );
    expect(unknown).toEqual([]);
  });

  test("every environment variable of ours that a page names exists", () => {
    const known = new Set(
      [...SETTINGS.keys()].map((key) => `AETHER_${key.replaceAll(".", "_").toUpperCase()}`),
    );
    const groups = new Set([...SETTINGS.keys()].map((key) => key.split(".")[0]?.toUpperCase()));
    const named = new RegExp(`\\bAETHER_(?:${[...groups].join("|")})_[A-Z_]*[A-Z]\\b`, "g");
    const unknown = linesWhere(PAGES, (line) =>
      [...line.matchAll(named)].some(([name]) => !known.has(name)),
    );
    expect(unknown).toEqual([]);
  });
});

describe("docs/hazards.md", () => {
  interface Row {
    id: string;
    answer: string;
  }

  /** The rows of the page's tables: the first cell is the id, the last the test or the reason. */
  function rows(): Row[] {
    const lines = read("docs/hazards.md").split("\n");
    return lines.flatMap((line) => {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const id = /^\*{0,2}(H\d{2,3})\*{0,2}$/.exec(cells[1] ?? "")?.[1];
      return id === undefined ? [] : [{ id, answer: cells.at(-2) ?? "" }];
    });
  }

  /** Hazard ids that the titles of a test file start with. */
  function tested(file: string): Set<string> {
    const titles = read(file).matchAll(/["'`]((?:H\d{2,3}[ ,:/]+)+)/g);
    return new Set([...titles].flatMap(([, ids]) => ids?.match(/H\d{2,3}/g) ?? []));
  }

  test("lists each hazard once", () => {
    const ids = rows().map((row) => row.id);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  test("each hazard has a test whose title starts with its id, or a written reason", () => {
    const unanswered = rows().filter(({ id, answer }) => {
      if (/^(?:planned|not applicable): *\S/.test(answer)) return false;
      const files = answer.match(/[\w./-]+(?:\.i?test|-suite)\.ts/g) ?? [];
      return files.length === 0 || !files.every((f) => FILES.includes(f) && tested(f).has(id));
    });
    expect(unanswered).toEqual([]);
  });

  test("each hazard that a test names is listed", () => {
    const listed = new Set(rows().map((row) => row.id));
    const named = filesLike(/(?:\.i?test|-suite)\.ts$/).flatMap((file) => [...tested(file)]);
    expect(named.filter((id) => !listed.has(id))).toEqual([]);
  });
});
