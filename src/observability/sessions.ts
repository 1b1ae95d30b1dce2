// One session, one thread through the log: every line about a session carries its name, so that
// a search for it tells its whole story. A peer that connects in a loop may not fill the disk.
import { closeName } from "../protocol/codes.ts";
import type { Log } from "./log.ts";

/** Lines that one address, and faults of our own, may cause in a second. */
export const LINES_PER_SECOND = 10;
/** Lines that all of them together may: about a megabyte a minute, however many addresses come. */
export const LINES_PER_SECOND_IN_ALL = 100;
/** A session's story: it joined, its entity is in the world, it is gone. */
const LINES_OF_SESSION = 3;

/** Counts lines per peer in windows of a second; it knows no more peers than there were lines. */
export class LineLimit {
  readonly #counts = new Map<string, number>();
  #windowMs = -Infinity;
  #inAll = 0;
  #suppressed = 0;
  /** Lines withheld since the start. */
  suppressed = 0;

  /** @returns whether `peer` may cause so many lines more at `nowMs` (monotonic). */
  allow(peer: string, nowMs: number, lines = 1): boolean {
    if (nowMs - this.#windowMs >= 1000) {
      this.#windowMs = nowMs;
      this.#inAll = 0;
      this.#counts.clear();
    }
    const count = (this.#counts.get(peer) ?? 0) + lines;
    if (count > LINES_PER_SECOND || this.#inAll + lines > LINES_PER_SECOND_IN_ALL) {
      this.#suppressed++;
      this.suppressed++;
      return false;
    }
    this.#inAll += lines;
    this.#counts.set(peer, count);
    return true;
  }

  /** @returns how many lines were withheld since the last call. */
  takeSuppressed(): number {
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    return suppressed;
  }
}

/**
 * The log of connections, as the gateway tells it. Cold: a few calls per connection. A session
 * whose opening was withheld stays silent to its end, so that stories are whole or absent.
 */
export class SessionLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #limit = new LineLimit();
  /** What strangers say in many voices may not silence what we have to say. */
  readonly #ours = new LineLimit();
  readonly #sessions = new Map<string, Log>();
  /** Faults of our own since the start, said or not. */
  faults = 0;

  /** @param now monotonic milliseconds. */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  opened(session: string, address: string, client: string, account: string): void {
    if (!this.#limit.allow(`address ${address}`, this.#now(), LINES_OF_SESSION)) return;
    const log = this.#log.child({ session });
    this.#sessions.set(session, log);
    const who = account === "" ? {} : { account };
    log.info({ address, client, ...who, ...this.#withheld() }, "A client joined");
  }

  spawned(session: string, entityId: number): void {
    this.#sessions.get(session)?.info({ entityId }, "Its entity is in the world");
  }

  resumed(session: string, connection: string, address: string, client: string): void {
    if (!this.#limit.allow(`address ${address}`, this.#now(), LINES_OF_SESSION)) return;
    const log = this.#log.child({ session });
    this.#sessions.set(session, log);
    const fields = { connection, address, client, ...this.#withheld() };
    log.info(fields, "A client resumed its session");
  }

  /** Somebody showed a token that had been used: a client that kept an old one, or a thief. */
  tokenReused(session: string): void {
    if (!this.#ours.allow("tokens", this.#now())) return;
    this.#log.warn({ session, ...this.#withheld() }, "A used resume token was refused");
  }

  /** Its bytes held up the ticks. @param connections that were cut */
  shutOut(address: string, connections: number): void {
    if (!this.#ours.allow("floods", this.#now())) return;
    const told = { address, connections, ...this.#withheld() };
    this.#log.warn(told, "An address floods and was shut out");
  }

  /** @param fault why, in one word */
  tokenRefused(connection: string, address: string, fault: string): void {
    if (!this.#limit.allow(`address ${address}`, this.#now())) return;
    this.#log.info({ connection, address, fault, ...this.#withheld() }, "A token was refused");
  }

  closed(session: string, code: number, reason: string): void {
    const log = this.#sessions.get(session);
    this.#sessions.delete(session);
    log?.info({ code, close: closeName(code), reason }, "The client is gone");
  }

  /** A fault of our own that the server survived; `where` names the part that met it. */
  fault(where: string, error: unknown, session = ""): void {
    this.faults++;
    if (!this.#ours.allow("fault", this.#now())) return;
    const whose = session === "" ? {} : { session };
    this.#log.error({ where, ...whose, error, ...this.#withheld() }, "A fault was caught");
  }

  /** Lines withheld since the start. */
  get suppressed(): number {
    return this.#limit.suppressed + this.#ours.suppressed;
  }

  #withheld(): { suppressed?: number } {
    const suppressed = this.#limit.takeSuppressed() + this.#ours.takeSuppressed();
    return suppressed === 0 ? {} : { suppressed };
  }
}
