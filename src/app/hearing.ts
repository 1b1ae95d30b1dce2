// What a system does with a message of a client: which message it is, and the code for it.
import type { Message } from "../messages/message.ts";
import type { AppWorld } from "./app-world.ts";

/**
 * Hears one message.
 * @param from the entity of the client that sent it: it is there, and may have left since
 * @param request chosen by the client, for an answer to carry; 0: it wants none
 */
export type Hear<Value, State> = (
  message: Value,
  from: number,
  world: AppWorld<State>,
  request: number,
) => void;

/** Use `onMessage`. */
export interface Hearing<State = unknown> {
  readonly message: Pick<Message<unknown>, "name" | "type" | "decode">;
  hear(message: unknown, from: number, world: AppWorld<State>, request: number): void;
}

/**
 * For `System.messages`: what becomes of a message of clients, in the tick that it came before. All
 * of a tick are heard in the order in which they came, before any system runs.
 */
export function onMessage<Value, State = unknown>(
  message: Message<Value>,
  hear: Hear<Value, State>,
): Hearing<State> {
  // As it is, so that createWorld sees whether it is async.
  return { message, hear };
}
