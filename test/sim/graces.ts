// Entities without a connection: each stays in the world for its grace, by the machine's clock, and
// leaves then.
import { must } from "./violation.ts";

export interface GraceParts {
  readonly graceMs: number;
  /** How long a client may wait to be told of an entity that it has, ms. */
  readonly arrivalMs: number;
  /** The machine's clock, and the time for which it was held up so far, ms. */
  readonly clock: () => number;
  readonly pausedMs: () => number;
}

interface Absence {
  /** Since when it surely had no connection, ms; Infinity when nobody knows. */
  readonly since: number;
  /** When it may have had one last, ms, and the time held up until then. */
  contact: number;
  pausedMs: number;
  /** How long it may stay, ms. */
  readonly limit: number;
  readonly isKept: boolean;
}

/** Beside the time for which the machine was held up: ticks and timers, ms. */
const SLACK_MS = 120;

export class Graces {
  /** Graces that ran out. */
  expired = 0;
  readonly #parts: GraceParts;
  readonly #absences = new Map<number, Absence>();

  constructor(parts: GraceParts) {
    this.#parts = parts;
  }

  /** @param isKept false: it leaves at once */
  part(entity: number, isKept: boolean): void {
    const { clock, graceMs, pausedMs } = this.#parts;
    const limit = isKept ? graceMs : 0;
    const now = clock();
    const absence = { since: now, contact: now, pausedMs: pausedMs(), limit, isKept };
    this.#absences.set(entity, absence);
  }

  /** A connection that had shown its token ended, before it was told. */
  touch(entity: number): void {
    const absence = this.#absences.get(entity);
    if (absence?.isKept !== true) return;
    absence.contact = this.#parts.clock();
    absence.pausedMs = this.#parts.pausedMs();
  }

  /** Whether the grace of an entity without a connection may be over. */
  mayBeOver(entity: number): boolean {
    const absence = this.#absences.get(entity);
    if (absence === undefined) return false;
    return !absence.isKept || this.#parts.clock() - absence.since >= this.#parts.graceMs;
  }

  /**
   * After each tick.
   * @param live all entities
   * @param isOwned whether an open connection was told of it
   * @param isClaimed whether one has shown its token and was not told yet
   * @throws Violation
   */
  judge(
    live: ReadonlyMap<number, unknown>,
    isOwned: (entity: number) => boolean,
    isClaimed: (entity: number) => boolean,
  ): void {
    const { arrivalMs, clock, graceMs, pausedMs } = this.#parts;
    const now = clock();
    for (const [entity, absence] of this.#absences) {
      const isThere = live.has(entity);
      if (isThere && !isOwned(entity)) continue;
      this.#absences.delete(entity);
      if (isThere || !absence.isKept || absence.since === Infinity) continue;
      const stayed = now - absence.since;
      must(stayed >= graceMs, () => `entity ${entity} left after ${stayed} ms of its grace`);
      this.expired++;
    }
    for (const entity of live.keys()) {
      if (isOwned(entity)) continue;
      const absence = this.#absences.get(entity);
      if (absence === undefined) {
        const limit = graceMs + arrivalMs;
        const found = { contact: now, pausedMs: pausedMs(), limit, isKept: true };
        this.#absences.set(entity, { since: Infinity, ...found });
        continue;
      }
      if (isClaimed(entity)) this.touch(entity);
      const over = now - absence.contact - absence.limit - (pausedMs() - absence.pausedMs);
      must(over <= SLACK_MS, () => `entity ${entity} has no session and does not leave`);
    }
  }
}
