// What would be kept, for tests of what waits for it.
import type { Fact } from "../src/engine/facts.ts";
import type { Ledger } from "../src/gateway/ledger.ts";

/** A ledger that a test settles by hand. */
export class HeldLedger implements Ledger {
  readonly facts: Fact[] = [];
  readonly retryAfterMs = 700;
  settled = 0;
  room = Infinity;

  isBehind = false;

  hasRoom(facts: number): boolean {
    return this.facts.length + facts <= this.room;
  }
  note(fact: Fact): number {
    this.facts.push(fact);
    return this.facts.length;
  }
  isSettled(serial: number): boolean {
    return serial <= this.settled;
  }
  settle(): void {
    this.settled = this.facts.length;
  }
  get kinds(): string[] {
    return this.facts.map((fact) => fact.what);
  }
}
