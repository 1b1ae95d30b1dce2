// Puts the page together: notes.md is the text, and each of its marks is replaced by what the
// results say.
import type { PartsResults } from "../parts/results.ts";
import type { Job } from "../results.ts";
import { ratioBars, timeOverN, worstBars } from "./figures.ts";
import { type Evidence, goalTable } from "./goals.ts";
import { contestsOf } from "./lineup.ts";
import { image } from "./markdown.ts";
import { partBars, partTables, visitLines, visitTable } from "./parts.ts";
import { strongestSection } from "./strongest.ts";
import { summaryOf } from "./summary.ts";
import { type Figure, render } from "./svg.ts";
import { serverFigure, serverTable } from "./server.ts";
import { absentList, contestTable, machineTable, ratioTable } from "./tables.ts";
import { markedText } from "./whole.ts";

/** A mark stands alone on its line. */
const MARK = /^<!-- results: ([a-z ]+) -->$/gm;
const HEAD =
  "<!-- Made by `npm run bench:report` from bench/results and bench/report/notes.md: " +
  "edit those. -->\n\n";
const NOTHING = "Not measured in these results.";

/** Files by their path from docs/. */
export type Files = ReadonlyMap<string, string>;

/** @throws Error in words when the notes hold a mark that nobody knows */
export function makePage(evidence: Evidence, notes: string): Files {
  const { contenders: results, server } = evidence;
  const files = new Map<string, string>();
  const show = (file: string, figure: Figure | null): string => {
    if (figure === null) return NOTHING;
    files.set(`benchmarks/${file}`, render(figure));
    return image(`${figure.title}. ${figure.description}`, file);
  };
  const job = (name: Job): string => {
    const contests = contestsOf(results, name);
    if (contests.length === 0) return NOTHING;
    return [
      show(`${name}-time.svg`, timeOverN(results, name)),
      ratioTable(contests),
      show(`${name}-ratio.svg`, ratioBars(results, name)),
      ...contests.map(contestTable),
    ].join("\n\n");
  };
  const ifThere = (of: (parts: PartsResults) => string): string =>
    evidence.parts === null ? NOTHING : of(evidence.parts);
  const sections: Readonly<Record<string, () => string>> = {
    summary: () => summaryOf(evidence),
    marks: () => markedText(evidence),
    machine: () => machineTable(results),
    absent: () => absentList(evidence),
    goals: () => goalTable(evidence),
    strongest: () => strongestSection(results) ?? NOTHING,
    tick: () => job("tick"),
    sets: () => job("sets"),
    worst: () => show("worst.svg", worstBars(results)),
    parts: () =>
      ifThere((parts) => `${show("parts.svg", partBars(parts))}\n\n${partTables(parts)}`),
    visits: () =>
      ifThere((parts) => `${show("visits.svg", visitLines(parts))}\n\n${visitTable(parts)}`),
    server: () => {
      if (!server) return NOTHING;
      const figure = serverFigure(server);
      const shown = figure === null ? "" : `${show("server.svg", figure)}\n\n`;
      return shown + serverTable(server);
    },
  };
  const text = notes.replace(MARK, (_, name: string) => {
    const section = sections[name];
    if (section === undefined) throw new Error(`notes.md asks for "${name}", which no result is`);
    return section();
  });
  files.set("benchmarks.md", HEAD + text.replaceAll("](../../docs/", "]("));
  return files;
}
