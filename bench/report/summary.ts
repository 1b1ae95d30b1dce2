// What the results come to in three sentences: who wins, who is faster than the kernel, and how
// many goals are missed. They stand on top of the page and in README.md.
import type { Results } from "../results.ts";
import { type Evidence, judgeGoals } from "./goals.ts";
import { ENGINE, isMeasured, namesOf, ranked, ratioOf } from "./lineup.ts";

const WIDTH = 100;
/** For those who read no further. */
const WHAT: Readonly<Record<string, string>> = {
  native: "the same source in C",
  "js-pairs": "JavaScript that assumes what the kernel may not",
  "js-grid": "plain JavaScript on a grid",
};
/** README.md holds the summary between these lines. */
const FROM = "<!-- Made by `npm run bench:report` from here";
const TO = "<!-- to here -->";

export function summaryOf(evidence: Evidence): string {
  const { contenders } = evidence;
  return filled([winners(contenders), faster(contenders), goals(evidence)].join(" "));
}

function winners({ contests }: Results): string {
  const wins = new Map<string, number>();
  for (const contest of contests) {
    const name = ranked(contest)[0]?.name;
    if (name !== undefined) wins.set(name, (wins.get(name) ?? 0) + 1);
  }
  const others = [...wins].filter(([name]) => name !== ENGINE).sort(([, a], [, b]) => b - a);
  const own = wins.get(ENGINE) ?? 0;
  const list = others.map(([name, count]) => `\`${name}\` in ${count}`);
  list.push(`the kernel that the server runs (\`${ENGINE}\`) in ${own === 0 ? "none" : own}`);
  return `The fastest of ${contests.length} contests, a case and a job each: ${listOf(list)}.`;
}

function faster({ contests }: Results): string {
  const counts = namesOf(contests).flatMap((name) => {
    const ratios = contests
      .flatMap(({ contenders }) => contenders.filter(isMeasured))
      .filter((standing) => standing.name === name)
      .map(ratioOf);
    const count = ratios.filter((ratio) => ratio < 1).length;
    return count === 0 ? [] : [{ name, count, of: ratios.length }];
  });
  if (counts.length === 0) return "Nothing is faster than the kernel in any.";
  const list = counts
    .sort((a, b) => b.count / b.of - a.count / a.of)
    .map(({ name, count, of }) => {
      const what = WHAT[name] === undefined ? "" : ` (${WHAT[name]})`;
      return `\`${name}\`${what} in ${count} of ${of}`;
    });
  return `Faster than the kernel: ${listOf(list)}; nothing else in any.`;
}

function goals(evidence: Evidence): string {
  const standings = judgeGoals(evidence);
  const count = (verdict: string): number =>
    standings.filter((standing) => standing.verdict === verdict).length;
  const [missed, open] = [count("missed"), count("not measured")];
  const unmeasured = open === 0 ? "" : `, and ${open} not measured`;
  const said = missed === 0 ? "none" : missed;
  return `Of the ${standings.length} goals that the project set itself, ${said} ${
    missed === 1 ? "is" : "are"
  } missed${unmeasured}.`;
}

function listOf(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

/** In lines as wide as those of the other pages. */
function filled(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}

/**
 * README.md with the summary in its place.
 * @throws Error in words where the marks are not there
 */
export function withSummary(readme: string, evidence: Evidence): string {
  const from = readme.indexOf("\n", readme.indexOf(FROM));
  const to = readme.indexOf(TO);
  if (!readme.includes(FROM) || to < from)
    throw new Error(`README.md has no place for the summary: "${FROM} -->" and "${TO}"`);
  return `${readme.slice(0, from)}\n\n${summaryOf(evidence)}\n\n${readme.slice(to)}`;
}
