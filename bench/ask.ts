// Both ends of the talk with a process that measures: its parent asks, one order at a time, and the
// process answers each with a value or with what went wrong, in words.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

type Answer = { readonly value: unknown } | { readonly error: string };

/** @throws Error in words: what the process says went wrong, or that it has ended */
export function ask(child: ChildProcess, order: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const answered = (message: unknown): void => {
    child.off("exit", ended);
    const answer = message as Answer;
    if ("error" in answer) reject(new Error(answer.error));
    else resolve(answer.value);
  };
  const ended = (code: number | null, signal: string | null): void => {
    child.off("message", answered);
    reject(new Error(`its process ended with ${String(code ?? signal)}`));
  };
  if (hasEnded(child)) {
    ended(child.exitCode, child.signalCode);
    return promise;
  }
  child.once("message", answered);
  child.once("exit", ended);
  // With nobody to call back, a failure to send would be an event that ends the whole run.
  child.send(order, (error) => {
    if (error !== null) reject(new Error(`its process does not listen: ${error.message}`));
  });
  return promise;
}

/** Ends a process, whatever it is doing, and waits for it. */
export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/**
 * In the process that measures: answers the parent's orders by what `obey` returns or throws. It
 * ends with its parent, however that ends.
 */
export function answerBy(obey: (order: unknown) => Promise<unknown>): void {
  process.once("disconnect", () => process.exit());
  // With nobody to call back, an answer to a parent that has just gone would be an uncaught error.
  const send = (answer: Answer): void =>
    void process.send?.(answer, undefined, undefined, () => undefined);
  process.on("message", (order) => {
    obey(order).then(
      (value) => send({ value }),
      (error: unknown) => send({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
