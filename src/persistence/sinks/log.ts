// Events as lines of the log: for a start without any other program, and for looking at them. Who
// stops reading the log loses lines, so this sink promises less than the others.
import type { OutboxEvent } from "../contract.ts";
import { publishEach } from "./sink.ts";
import type { Published, Sink } from "./sink.ts";

/** As much of a log as this sink needs. */
export interface EventLog {
  info(fields: object, message: string): void;
}

export class LogSink implements Sink {
  readonly name = "log";
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  publish(events: readonly OutboxEvent[]): Promise<Published> {
    return publishEach(events, ({ key, stream, type, tick, payload }) => {
      this.#log.info({ key, stream, type, tick, payload }, "Event");
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
