// Where events go when they leave the house. A sink tells two kinds of failure apart: it refuses
// an event, which counts against that event, or it is away, which counts against none.
import type { OutboxEvent } from "../contract.ts";

/** An event that the sink was given and does not want. */
export interface RefusedEvent {
  readonly id: number;
  /** A sentence for the operator. */
  readonly error: string;
}

/** What became of a batch. Events in neither list were not published, and may come again. */
export interface Published {
  /** Ids. */
  readonly delivered: readonly number[];
  readonly refused: readonly RefusedEvent[];
}

export interface Sink {
  /** For log and health: "Redis 7.0.15", "log". */
  readonly name: string;
  /**
   * Resolves when the sink takes events; rejects with a sentence while it is away, with a
   * StoreRefusal when an operator must act. Called before the first batch and after every
   * rejection of `publish`.
   */
  ready(): Promise<void>;
  /**
   * Publishes a batch in order. Of a stream nothing is published behind an event that was refused.
   * Rejects when the sink is away: then any of the events may have been published or not, and all
   * of them come again. Takes a bounded time, also when the other side is frozen.
   */
  publish(events: readonly OutboxEvent[]): Promise<Published>;
  close(): Promise<void>;
}

/** Thrown by the publisher of one event that refuses it; any other error says: away. */
export class EventRefused extends Error {}

/**
 * `publish` for a sink that takes one event at a time. What was delivered before the sink went
 * away stays delivered.
 */
export async function publishEach(
  events: readonly OutboxEvent[],
  publishOne: (event: OutboxEvent) => void | Promise<void>,
): Promise<Published> {
  const delivered: number[] = [];
  const refused: RefusedEvent[] = [];
  const blocked = new Set<string>();
  for (const event of events) {
    if (blocked.has(event.stream)) continue;
    try {
      await publishOne(event);
      delivered.push(event.id);
    } catch (error) {
      if (error instanceof EventRefused) {
        refused.push({ id: event.id, error: error.message });
        blocked.add(event.stream);
      } else {
        if (delivered.length + refused.length === 0) throw error;
        break;
      }
    }
  }
  return { delivered, refused };
}
