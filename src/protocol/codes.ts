// Every code that leaves the house, said once: Error.code, WebSocket close codes, exit codes.
// docs/protocol.md lists the same ones; a test compares the two both ways.
import {
  CLOSE_BAD_FRAME,
  CLOSE_BAD_VERSION,
  CLOSE_LEFT,
  CLOSE_REPLACED,
  CLOSE_RESUME_REFUSED,
  CLOSE_TEXT_FRAME,
  CLOSE_TOO_BIG,
  CLOSE_UNAUTHENTICATED,
  ERROR_NO_HELLO,
  ERROR_UNAVAILABLE,
} from "./code-numbers.ts";

/** What a client is told in an Error message. */
export interface Refusal {
  /** `Error.code` on the wire. */
  readonly code: number;
  /** What is wrong, and what to do about it. */
  readonly sentence: string;
  /** The close code that follows when this refusal ends the connection; absent: it never does. */
  readonly close?: number;
}

/** How a connection or the process ends. */
export interface Ending {
  readonly code: number;
  readonly sentence: string;
}

/** Why a connection was closed. Below 4000 the codes of RFC 6455, from 4000 on our own. */
export const CLOSES = {
  LEFT: {
    code: CLOSE_LEFT,
    sentence: "The client left, or the session is over; nothing is wrong.",
  },
  TEXT_FRAME: {
    code: CLOSE_TEXT_FRAME,
    sentence: "A text frame came; send every message as one binary frame.",
  },
  TOO_BIG: {
    code: CLOSE_TOO_BIG,
    sentence:
      "The message is larger than 512 bytes (4,096 for the first Hello); send less at once.",
  },
  INTERNAL: {
    code: 1011,
    sentence: "The server met a fault of its own; connect again, and report it if it returns.",
  },
  RESTART: {
    code: 1012,
    sentence: "The server is restarting or draining; connect again after Goodbye.retry_after_ms.",
  },
  BAD_FRAME: {
    code: CLOSE_BAD_FRAME,
    sentence: "The message is not a ClientMessage of this protocol; check the encoder.",
  },
  SERVER_FULL: { code: 4003, sentence: "No room for another client; try again later." },
  BAD_VERSION: {
    code: CLOSE_BAD_VERSION,
    sentence: "The server does not speak the protocol version of Hello; update the client.",
  },
  FLOOD: {
    code: 4008,
    sentence: "Far more came than one client may send; send at most one intent a tick.",
  },
  TOO_SLOW: {
    code: 4009,
    sentence: "No acknowledgement came for too long; read faster, or set ack_tick.",
  },
  REPLACED: {
    code: CLOSE_REPLACED,
    sentence: "The session was resumed on another connection; this one is over.",
  },
  NO_SPAWN: {
    code: 4011,
    sentence: "No Spawn came for too long after Hello; connect again when an entity is wanted.",
  },
  POISONED: {
    code: 4012,
    sentence: "The kernel trapped with it too often; report it if it returns.",
  },
  UNAUTHENTICATED: {
    code: CLOSE_UNAUTHENTICATED,
    sentence: "No Hello within the time allowed, or its token was refused; say Hello first.",
  },
  RESUME_REFUSED: {
    code: CLOSE_RESUME_REFUSED,
    sentence: "The resume token is unknown, used or expired; connect again without it.",
  },
} as const satisfies Record<string, Ending>;

/** Codes of RFC 6455 that nobody of ours sends: connections end with them all the same. */
export const PLAIN_CLOSES = {
  GOING_AWAY: { code: 1001, sentence: "A page or a program was left." },
  NO_CODE: { code: 1005, sentence: "A close frame without a code came." },
  CUT_OFF: { code: 1006, sentence: "The connection ended without a close frame." },
} as const satisfies Record<string, Ending>;

const ENDINGS = { ...CLOSES, ...PLAIN_CLOSES };
/** Names under which closed connections are counted; "other" has codes of clients' invention. */
export const CLOSE_NAMES: readonly string[] = [...Object.keys(ENDINGS), "other"];
/** With these somebody wished to end it, or took the session to another connection. */
const NO_ERRORS = ["LEFT", "RESTART", "REPLACED", "GOING_AWAY", "NO_CODE"];
/** Those that mean that something went wrong. */
export const CONNECTION_ERRORS = CLOSE_NAMES.filter((name) => !NO_ERRORS.includes(name));

/** What was refused, and whether the connection can outlive it. */
export const ERRORS = {
  BAD_FRAME: {
    code: 1,
    sentence: "The message is not a ClientMessage of this protocol; check the encoder.",
    close: CLOSES.BAD_FRAME.code,
  },
  BAD_INTENT: {
    code: 2,
    sentence: "delta_x and delta_y must be finite numbers; the intent was ignored.",
  },
  BAD_SEQUENCE: {
    code: 3,
    sentence:
      "A sequence must rise, by at most 1,048,576, and stay below 2,147,483,648; " +
      "the intent was ignored.",
  },
  NOT_OWNER: {
    code: 4,
    sentence: "entity_id is not the entity of this session; the intent was ignored.",
  },
  TOO_BIG: {
    code: 5,
    sentence:
      "The message is larger than 512 bytes (4,096 for the first Hello); send less at once.",
    close: CLOSES.TOO_BIG.code,
  },
  TEXT_FRAME: {
    code: 6,
    sentence: "A text frame came; send every message as one binary frame.",
    close: CLOSES.TEXT_FRAME.code,
  },
  BAD_VERSION: {
    code: 7,
    sentence: "The server does not speak the protocol version of Hello; update the client.",
    close: CLOSES.BAD_VERSION.code,
  },
  NO_HELLO: {
    code: ERROR_NO_HELLO,
    sentence: "The first message must be Hello.",
    close: CLOSES.UNAUTHENTICATED.code,
  },
  ALREADY_DONE: {
    code: 9,
    sentence: "Hello and Spawn may be said once in a session; the second was ignored.",
  },
  NO_ENTITY: {
    code: 10,
    sentence: "The session has no entity yet; send Spawn and wait for Welcome.entity_id.",
  },
  SERVER_FULL: {
    code: 11,
    sentence: "No room for another client or entity; try again later.",
    close: CLOSES.SERVER_FULL.code,
  },
  UNSUPPORTED: {
    code: 12,
    sentence: "The server does not offer what the message asks for.",
  },
  RESUME_REFUSED: {
    code: 13,
    sentence: "The resume token is unknown, used or expired; connect again without it.",
    close: CLOSES.RESUME_REFUSED.code,
  },
  RATE_LIMITED: {
    code: 14,
    sentence: "More came than one client may send; slow down to one intent a tick.",
    close: CLOSES.FLOOD.code,
  },
  UNAVAILABLE: {
    code: ERROR_UNAVAILABLE,
    sentence: "The server cannot do this now; try again after retry_after_ms.",
  },
  UNAUTHENTICATED: {
    code: 16,
    sentence: "The token of Hello was refused; get a new one.",
    close: CLOSES.UNAUTHENTICATED.code,
  },
  BAD_SPAWN: {
    code: 17,
    sentence: "x and y of Spawn must be finite and inside the world's bounds.",
  },
  TOO_SLOW: {
    code: 18,
    sentence: "Updates were not acknowledged for too long; read faster, or set ack_tick.",
    close: CLOSES.TOO_SLOW.code,
  },
  DRAINING: {
    code: 19,
    sentence: "The server is draining; connect again after retry_after_ms.",
    close: CLOSES.RESTART.code,
  },
  REMOVED: {
    code: 20,
    sentence: "The server removed the session's entity from the world.",
    close: CLOSES.LEFT.code,
  },
  INTERNAL: {
    code: 21,
    sentence: "The server met a fault of its own; connect again, and report it if it returns.",
    close: CLOSES.INTERNAL.code,
  },
  POISONED: {
    code: 22,
    sentence: "The kernel trapped with it; the intent was ignored.",
    close: CLOSES.POISONED.code,
  },
  BAD_MESSAGE: {
    code: 23,
    sentence: "The application does not take this message; it was ignored.",
  },
  REFUSED: {
    code: 24,
    sentence: "The application said no.",
  },
} as const satisfies Record<string, Refusal>;

/** How the server process ends. */
export const EXITS = {
  OK: { code: 0, sentence: "Stopped as asked, after a drain." },
  INTERNAL: { code: 70, sentence: "A fault of our own; the log's last line says which." },
  FENCED: { code: 75, sentence: "Another process owns this world; this one stopped writing." },
  CONFIG: {
    code: 78,
    sentence:
      "The configuration is wrong, or the store cannot be reached or is newer than this program; " +
      "every fault is listed.",
  },
} as const satisfies Record<string, Ending>;

export type ErrorName = keyof typeof ERRORS;
export type CloseName = keyof typeof CLOSES;
export type ExitName = keyof typeof EXITS;

/** @returns the catalogue's name of an `Error.code`, or `UNKNOWN_<code>`; for logs and reports. */
export function errorName(code: number): string {
  return nameIn(ERRORS, code);
}

/** @returns the catalogue's name of a close code, or `UNKNOWN_<code>`; for logs and reports. */
export function closeName(code: number): string {
  return nameIn(ENDINGS, code);
}

function nameIn(catalogue: Readonly<Record<string, Ending>>, code: number): string {
  for (const [name, entry] of Object.entries(catalogue)) if (entry.code === code) return name;
  return `UNKNOWN_${code}`;
}
