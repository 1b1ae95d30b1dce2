// What a page may say: its token, whom it looks at, which kernel the world is to run on, and that
// somebody is to be put elsewhere, so that a correction can be seen.
import { ENGINES } from "../kernel/kernel.ts";
import type { Engine } from "../kernel/kernel.ts";
import { FeedReader, FeedWriter } from "./bytes.ts";
import { CHOOSE, COMMAND_BYTES_MAX, KERNEL, PUSH, PUSH_MAX, TOKEN } from "./format.ts";

export type PageCommand =
  | { readonly type: "token"; readonly token: string }
  /** Whoever lives in this row now; NOBODY. */
  | { readonly type: "choose"; readonly row: number }
  | { readonly type: "kernel"; readonly engine: Engine }
  /** World units, within PUSH_MAX. */
  | { readonly type: "push"; readonly row: number; readonly dx: number; readonly dy: number };

export function encodeCommand(command: PageCommand): Uint8Array<ArrayBuffer> {
  const to = new FeedWriter(COMMAND_BYTES_MAX);
  if (command.type === "token") {
    const bytes = new TextEncoder().encode(command.token);
    const out = new Uint8Array(1 + bytes.length);
    out[0] = TOKEN;
    out.set(bytes, 1);
    return out;
  }
  if (command.type === "choose") {
    to.u8(CHOOSE);
    to.u16(command.row);
  } else if (command.type === "push") {
    to.u8(PUSH);
    to.u16(command.row);
    to.f32(command.dx);
    to.f32(command.dy);
  } else {
    to.u8(KERNEL);
    to.u8(ENGINES.indexOf(command.engine));
  }
  return new Uint8Array(to.bytes.subarray(0, to.at));
}

/** @returns null for what is no command */
export function decodeCommand(bytes: Uint8Array): PageCommand | null {
  if (bytes.length > COMMAND_BYTES_MAX) return null;
  const kind = bytes[0];
  const from = new FeedReader(bytes.subarray(1));
  if (kind === TOKEN) {
    return { type: "token", token: new TextDecoder().decode(bytes.subarray(1)) };
  }
  if (kind === CHOOSE && bytes.length === 3) return { type: "choose", row: from.u16() };
  if (kind === PUSH && bytes.length === 11) {
    const [row, dx, dy] = [from.u16(), from.f32(), from.f32()];
    const isSmall = Math.abs(dx) <= PUSH_MAX && Math.abs(dy) <= PUSH_MAX;
    return isSmall ? { type: "push", row, dx, dy } : null;
  }
  if (kind === KERNEL && bytes.length === 2) {
    const engine = ENGINES[bytes[1] ?? ENGINES.length];
    return engine === undefined ? null : { type: "kernel", engine };
  }
  return null;
}
