// Reads the options of a command line. One dash or two, as Go's flags and everybody else's are
// written; `--name=value` will do as well as `--name value`.

/** What one option looks like. */
export interface OptionForm {
  /** Completes a fault: "write a whole number". Null for an option without a value. */
  readonly expects: string | null;
  /** Whether it may be given more than once. */
  readonly repeats?: boolean;
}

export interface Arguments {
  /** What was given to each option, in order; [""] for one without a value. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** One sentence each. */
  readonly faults: string[];
}

/** Never throws. */
export function readArguments(
  argv: readonly string[],
  command: string,
  forms: Readonly<Record<string, OptionForm>>,
): Arguments {
  const faults: string[] = [];
  const given = new Map<string, string[]>();
  for (let i = 0; i < argv.length; i++) {
    const [, name = "", attached] = /^--?([a-z]+)(?:=(.*))?$/s.exec(argv[i] ?? "") ?? [];
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (form === undefined || (form.expects === null && attached !== undefined)) {
      faults.push(`${JSON.stringify(argv[i])} is no option of ${command}: see aether --help.`);
      continue;
    }
    const value = form.expects === null ? "" : (attached ?? argv[++i]);
    const values = given.get(name) ?? [];
    if (form.expects !== null && (value === undefined || value === "")) {
      faults.push(`--${name} is followed by nothing: ${form.expects}.`);
    } else if (values.length > 0 && form.repeats !== true) {
      faults.push(`--${name} is given twice: give it once.`);
    } else {
      given.set(name, [...values, value ?? ""]);
    }
  }
  return { given, faults };
}
