// The log: one JSON object a line on stdout. pino escapes what strangers send (names with line
// breaks, terminal codes); secrets are cut out by name before a line is written.
import { pino, stdTimeFunctions } from "pino";

import { LineWriter } from "./lines.ts";

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
}

/** A log and its end. */
export interface LogSink {
  readonly log: Log;
  /** Lines lost because whoever reads the log stopped reading. */
  readonly dropped: number;
  /** Waits until everything written so far is out, but no longer than half a second. */
  flush(): Promise<void>;
}

/** Names of fields that hold secrets, at the top of a line or one level below. */
export const SECRET_FIELDS: readonly string[] = [
  "token",
  "resumeToken",
  "resume_token",
  "authorization",
  "password",
  "secret",
];

/** Opens the log. Lines go out as they come; call `flush` before the process ends. */
export function createLog(options: LogOptions): LogSink {
  const out = new LineWriter(options.fd);
  const log = pino(
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
    },
    out,
  );
  return {
    log,
    get dropped() {
      return out.dropped;
    },
    flush: () => out.flush(),
  };
}
