// What a client's message turns out to be, for those who count: first what the decoder finds, by
// its BODY_ numbers, then what never gets that far.
import { BODY_LEAVE } from "./decode.ts";

export const TYPE_MALFORMED = BODY_LEAVE + 1;
export const TYPE_TEXT = BODY_LEAVE + 2;
export const TYPE_OVERSIZE = BODY_LEAVE + 3;

/** Names by number; "ack" says nothing but what tick its client has. */
export const MESSAGE_TYPES = [
  "ack",
  "hello",
  "spawn",
  "move",
  "heartbeat",
  "probe",
  "app",
  "leave",
  "malformed",
  "text",
  "oversize",
] as const;

/** Why a message was not handed to the application; by number in the gateway's counters. */
export const APP_REFUSALS = [
  "again",
  "gap",
  "full",
  "gone",
  "too_long",
  "unknown",
  "malformed",
] as const;
