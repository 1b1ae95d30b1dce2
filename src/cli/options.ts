// The options of `aether serve`. One dash or two, as Go's flags and everybody else's are written.

export interface ServeOptions {
  /** Absent: ./config.yaml when it is there, otherwise the defaults. */
  readonly config?: string;
  /** Bots to start beside the server; 0 for none. */
  readonly bots: number;
}

/** What was read, or every fault as a sentence. */
export type Parsed =
  | { readonly ok: true; readonly options: ServeOptions }
  | { readonly ok: false; readonly faults: readonly string[] };

const MAX_BOTS = 65_535;

/** Reads `--config FILE --bots N`; `--name=value` will do as well. Never throws. */
export function parseServe(argv: readonly string[]): Parsed {
  const faults: string[] = [];
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const [, name, attached] = /^--?(config|bots)(?:=(.*))?$/s.exec(argv[i] ?? "") ?? [];
    if (name === undefined) {
      faults.push(`${JSON.stringify(argv[i])} is no option of serve: see aether --help.`);
      continue;
    }
    const value = attached ?? argv[++i];
    if (value === undefined || value === "") {
      faults.push(`--${name} is followed by nothing: ${EXPECTED[name as keyof typeof EXPECTED]}.`);
    } else if (given.has(name)) {
      faults.push(`--${name} is given twice: give it once.`);
    } else {
      given.set(name, value);
    }
  }
  const config = given.get("config");
  const bots = Number(/^\d{1,5}$/.exec(given.get("bots") ?? "0")?.[0]);
  if (!(bots <= MAX_BOTS)) {
    faults.push(`--bots is ${JSON.stringify(given.get("bots"))}: ${EXPECTED.bots}.`);
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, options: { bots, ...(config === undefined ? {} : { config }) } };
}

const EXPECTED = {
  config: "name a YAML file",
  bots: `write a whole number from 0 to ${MAX_BOTS}`,
};
