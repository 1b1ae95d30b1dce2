// The log: one JSON object a line on stdout, or words where a person reads it. pino escapes what
// strangers send (names with line breaks, terminal codes); secrets are cut out by name before a
// line is written; warnings that repeat themselves are counted instead.
import { pino, stdTimeFunctions } from "pino";

import { LineWriter } from "./lines.ts";
import { prettyLine } from "./pretty.ts";
import { Repeats } from "./repeats.ts";
import type { LeftOut } from "./repeats.ts";

/** Writes one line: fields for machines, a sentence for people. */
type Write = (fields: object, message: string) => void;

/** The log as the rest of the house sees it. `child` adds fields to every line, e.g. a session. */
export interface Log {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  child(fields: object): Log;
}

export interface LogOptions {
  /** fatal, error, warn, info, debug, trace or silent. */
  readonly level: string;
  /** File descriptor; 1 is stdout. */
  readonly fd: number;
  /** Words instead of JSON, in colours or without; absent: JSON. */
  readonly words?: { readonly isColoured: boolean };
  /** Monotonic ms; the machine's own unless told. */
  readonly now?: () => number;
}

/** A log and its end. */
export interface LogSink {
  readonly log: Log;
  /** Lines lost because whoever reads the log stopped reading. */
  readonly dropped: number;
  /** Warnings and errors left out because many said the same; a later line says how many. */
  readonly suppressed: number;
  /** Waits until everything written so far is out, but no longer than half a second. */
  flush(): Promise<void>;
}

/** Names of fields that hold secrets, at the top of a line or one level below. */
export const SECRET_FIELDS: readonly string[] = [
  "token",
  "resumeToken",
  "resume_token",
  "adminToken",
  "admin_token",
  "authorization",
  "bearer",
  "cookie",
  "password",
  "secret",
];

/** Levels whose lines are limited. What is told at others has limits where it arises. */
const LIMITED = ["warn", "error"] as const;

/** Opens the log. Lines go out as they come; call `flush` before the process ends. */
export function createLog(options: LogOptions): LogSink {
  const lines = new LineWriter(options.fd);
  const { words } = options;
  const repeats = new Repeats(options.now ?? (() => performance.now()));
  const out = {
    write(line: string): void {
      lines.write(words === undefined ? line : prettyLine(line, words.isColoured));
    },
  };
  const log: Log = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "message",
      errorKey: "error",
      redact: {
        paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]),
        censor: "[redacted]",
      },
      hooks: {
        logMethod(args, write, number) {
          for (const left of repeats.takeLeftOut()) tell(left);
          const level = LIMITED.find((name) => pino.levels.values[name] === number);
          if (level !== undefined && !repeats.allows(level, String(args[1]))) return;
          write.apply(this, args);
        },
      },
    },
    out,
  );
  const tell = ({ level, message, repeated }: LeftOut): void => {
    log[level]({ repeated }, message);
  };
  return {
    log,
    get dropped() {
      return lines.dropped;
    },
    get suppressed() {
      return repeats.suppressed;
    },
    flush() {
      for (const left of repeats.drain()) tell(left);
      return lines.flush();
    },
  };
}
