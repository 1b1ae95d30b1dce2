// What the doctor says: a line each, and all of them together.

/** fail: a server would not start, or nobody could play; warn: odd, and worth a look. */
export type State = "ok" | "warn" | "fail";

export interface Finding {
  /** What was looked at: "ports". */
  readonly name: string;
  readonly state: State;
  /** What is so, without a full stop. */
  readonly words: string;
  /** What to do about it, likewise; "" where there is nothing to do, or `words` say it. */
  readonly remedy: string;
}

export function ok(name: string, words: string): Finding {
  return { name, state: "ok", words, remedy: "" };
}

export function warn(name: string, words: string, remedy = ""): Finding {
  return { name, state: "warn", words, remedy };
}

export function fail(name: string, words: string, remedy = ""): Finding {
  return { name, state: "fail", words, remedy };
}

const ORDER: readonly State[] = ["fail", "warn", "ok"];

/** The worst of them. */
export function verdictOf(findings: readonly Finding[]): State {
  return ORDER.find((state) => findings.some((finding) => finding.state === state)) ?? "ok";
}

/** A line for each, and one for all. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ name, state, words, remedy }) => {
    const sentence = remedy === "" ? words : `${words}: ${remedy}`;
    return `${state.padEnd(4)}  ${name.padEnd(width)}  ${sentence.replace(/\.$/, "")}.`;
  });
  const count = (state: State): number => findings.filter((each) => each.state === state).length;
  return `${[...lines, sum(count("fail"), count("warn"))].join("\n")}\n`;
}

function sum(fails: number, warns: number): string {
  const odd = warns === 0 ? "" : `, ${warns} to look at`;
  return fails === 0 ? `Nothing fails${odd}.` : `${fails} to mend before a start${odd}.`;
}
