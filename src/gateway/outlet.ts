// The one place where bytes go to a client: counted, charged to its window, and looked at for
// what became of them.
import type { Counters } from "./counters.ts";
import type { Pacing } from "./pacing.ts";
import type { Sessions } from "./session.ts";
import { SEND_BUFFERED, SEND_DROPPED } from "./transport.ts";
import type { Transport } from "./transport.ts";

export class Outlet {
  readonly #transport: Transport;
  readonly #sessions: Sessions;
  readonly #pacing: Pacing;
  readonly #counters: Counters;

  constructor(transport: Transport, sessions: Sessions, pacing: Pacing, counters: Counters) {
    this.#transport = transport;
    this.#sessions = sessions;
    this.#pacing = pacing;
    this.#counters = counters;
  }

  /** @returns false when the transport dropped the message: the client will never see it */
  send(slot: number, bytes: Uint8Array, compress: boolean): boolean {
    const result = this.#transport.send(slot, bytes, compress);
    if (result === SEND_DROPPED) {
      this.#counters.sendsDropped++;
      this.#pacing.stuck[slot] = 1;
      return false;
    }
    this.#counters.sent++;
    this.#sessions.sent[slot] = (this.#sessions.sent[slot] ?? 0) + 1;
    this.#counters.sentBytes += bytes.length;
    if (compress) this.#counters.compressed++;
    this.#pacing.charge(slot, bytes.length);
    if (result === SEND_BUFFERED) {
      this.#counters.sendsHeld++;
      this.#note(slot);
    }
    return true;
  }

  /** Looks whether bytes of a client still wait in user space; a corked send does not say so. */
  inspect(slot: number): void {
    if (this.#transport.bufferedBytes(slot) > 0) this.#note(slot);
    else this.#pacing.stuck[slot] = 0;
  }

  #note(slot: number): void {
    this.#pacing.stuck[slot] = 1;
    this.#counters.sendsBuffered++;
  }
}
