// A Dockerfile as its instructions, by stages: enough of the language for ours, and for asking what
// an image would be without an engine to build it.

export interface Instruction {
  /** FROM, RUN, COPY … */
  readonly name: string;
  /** The rest of the line; continued lines are one, with one blank in the place of each break. */
  readonly text: string;
}

export interface Stage {
  /** What stands behind FROM: an image, or another stage. */
  readonly from: string;
  /** "" for one without AS. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join("\n")
    .replace(/\s*\\\n\s*/g, " ")
    .split("\n");
  const stages: { from: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (name === "") throw new Error(`this is no instruction: ${line}`);
    if (name === "FROM") {
      const [, from = "", as = ""] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ from, name: as, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

/** The last value that a stage gives to an instruction; "" when it has none. */
export function lastOf(stage: Stage | undefined, name: string): string {
  return stage?.instructions.findLast((each) => each.name === name)?.text ?? "";
}

/** The words of an instruction in its exec form. @throws when it is in another one */
export function wordsOf(text: string): string[] {
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`not in exec form: ${text}`);
  return words.map(String);
}

/** Variables of a stage's ENV. */
export function envOf(stage: Stage | undefined): Record<string, string> {
  const all = stage?.instructions.filter(({ name }) => name === "ENV") ?? [];
  return Object.fromEntries(
    all
      .flatMap(({ text }) => text.split(/ +/))
      .map((pair): [string, string] => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );
}
