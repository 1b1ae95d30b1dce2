// What every command here begins with: its usage where somebody asks for it, its options, and a
// sentence about those that it does not know.
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { EXIT_USAGE } from "./verdict.ts";

/** As after `| head`: whoever read the output has gone. */
const EXIT_UNREAD = 141;

/**
 * What this process was asked to do. Prints the usage where that is asked for, and what is wrong
 * with the command line otherwise; both end the process, before anything is done.
 * @param command as people call it, such as "bench:parts"
 * @param read reads the options; its errors are sentences
 */
export function wantedBy<T>(command: string, usage: string, read: (argv: string[]) => T): T {
  const argv = process.argv.slice(2);
  begin(usage, argv);
  try {
    return read(argv);
  } catch (error) {
    refuse(command, error);
  }
}

/**
 * Prints the usage and ends with 0 where it is asked for. From here on the process ends without a
 * word when nobody reads its output any more.
 */
export function begin(usage: string, argv: readonly string[]): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT_UNREAD);
    throw error;
  });
  if (!argv.includes("--help") && !argv.includes("-h")) return;
  process.stdout.write(usage);
  process.exit(0);
}

type Values<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T }>
>["values"];

/**
 * The options as they were typed.
 * @param command as people call it, such as "bench:parts"
 * @throws Error in words, with the remedy
 */
export function optionsOf<const T extends ParseArgsOptionsConfig>(
  command: string,
  argv: readonly string[],
  options: T,
): Values<T> {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    const [first = ""] = wordsOf(error).split(/\. |\n/);
    const said = first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, "");
    throw new Error(`${said}: npm run ${command} -- --help tells what there is`, { cause: error });
  }
}

/** Says why nothing is done, and ends. */
export function refuse(command: string, error: unknown): never {
  console.error(`${command}: ${wordsOf(error)}`);
  process.exit(EXIT_USAGE);
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
