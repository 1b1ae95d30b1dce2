// Sessions that outlive their connections. A session that got its entity is given a token, of which
// only the hash is kept; whoever shows it takes the session over with all that it has: entity,
// position, bank, sequence. A token opens a session once and is exchanged for another. Between two
// connections the entity stays where it is, for so long as the grace lasts.
import type { EndReason, SessionCounters, SpentToken, StoredSession } from "../engine/facts.ts";
import { LOOK_NOT } from "../engine/world.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import type { Owner } from "./owners.ts";
import { WAITING } from "./owners.ts";
import type { Parts } from "./parts.ts";
import { rowOf } from "./session.ts";

/** Facts that an open session may bring: that it is suspended, resumed later, and ends. */
export const FACTS_OF_RESUMPTION = 3;
/** That its client has its newest token. */
const FACTS_OF_TELLING = 1;
export const FACTS_OF_JOIN = 3;
/** As when a connection is cut. */
export const LOST_CODE = 1006;
/** How often a token opens its session again whose client never shows that it was told. */
const UNTOLD_MAX = 3;
/** Violations of one session are noted together, at most every so many ticks. */
const VIOLATION_TICKS = 40;
const SESSION_NAME_MAX = 64;

export class Resumption {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A session that had none got its entity in the last step. @param spent what it used up */
  begin(slot: number, entity: number, spent: SpentToken | null): void {
    const { admission, deps, messages, owners, sessions } = this.#parts;
    const token = deps.tokens.make();
    const tokenHash = deps.tokens.hash(token);
    const session = sessions.nameOf(slot);
    const account = sessions.account[slot] ?? "";
    const network = admission.countedAs(sessions.address[slot] ?? "");
    messages.begin(entity, false);
    const owner = newOwner({ session, entity, slot, tokenHash, account, network });
    owner.token = token;
    owners.add(owner);
    const kind = sessions.kind[slot] ?? 0;
    const client = sessions.client[slot] ?? "";
    const joined = { session, entity, kind, tokenHash, client, account, spent };
    sessions.enter(slot, entity, deps.ledger.note({ what: "joined", ...joined }));
    deps.app?.entered({ entity, session, account, name: client });
  }

  /**
   * Takes over the session that a token opens; a refusal is told, and ends the connection. Where
   * the token is good and only the store has no room, Goodbye says when to show it again.
   * @returns whether it did
   */
  resume(slot: number, token: Uint8Array): boolean {
    const { counters, deps, messages, options, owners, replies, sessions } = this.#parts;
    const hash = deps.tokens.hash(token);
    const owner = owners.byToken(hash);
    // Without a grace a session ends with its connection, and is not taken over by another either.
    const isForeign = owner !== undefined && owner.account !== sessions.account[slot];
    if (isForeign) {
      counters.resumesForeign++;
      const connection = sessions.connectionOf(slot);
      deps.log.tokenRefused(connection, sessions.address[slot] ?? "", "another account's session");
    }
    const isKnown =
      owner !== undefined && !isForeign && options.graceMs > 0 && deps.world.isLive(owner.entity);
    if (!isKnown || (hash === owner.usedHash && owner.untold > UNTOLD_MAX)) {
      this.#countRefused(hash);
      replies.refuse(slot, ERRORS.RESUME_REFUSED, "");
      return false;
    }
    if (!deps.ledger.hasRoom(FACTS_OF_RESUMPTION)) {
      const { retryAfterMs } = deps.ledger;
      replies.error(slot, ERRORS.UNAVAILABLE, "", 0, retryAfterMs);
      // Left open it would wait for a Hello, and end with a code after which nobody comes back.
      replies.end(slot, CLOSES.SERVER_FULL, retryAfterMs);
      return false;
    }
    if (owner.slot !== WAITING) {
      counters.replaced++;
      replies.end(owner.slot, CLOSES.REPLACED, 0);
    }
    owners.connect(owner, slot);
    owner.token = deps.tokens.make();
    owner.untold++;
    owners.rotate(owner, hash, deps.tokens.hash(owner.token));
    sessions.rename(slot, owner.session);
    counters.resumed++;
    const { session, entity, tokenHash } = owner;
    const fact = deps.ledger.note({ what: "resumed", session, entity, tokenHash, usedHash: hash });
    messages.resume(entity, sessions.sequence[slot] ?? 0);
    sessions.enter(slot, entity, fact);
    return true;
  }

  /** A client that acknowledges what came after its Welcome has the token that was in it. */
  acknowledged(slot: number, tick: number): void {
    const { deps, messages, owners, sessions } = this.#parts;
    messages.acknowledged(slot, tick);
    const toldAt = sessions.untold[slot] ?? 0;
    if (toldAt === 0 || tick < toldAt) return;
    const owner = owners.of(sessions.handleOf(slot));
    if (owner === undefined) return;
    owner.isTold = true;
    owner.untold = 0;
    // Where there is no room for it, the next acknowledgement says it again.
    if (!deps.ledger.hasRoom(FACTS_OF_TELLING)) return;
    sessions.untold[slot] = 0;
    const { session, entity } = owner;
    deps.ledger.note({ what: "told", session, entity });
  }

  /** The connection of a session with an entity ended; `keep`: it may come back. */
  part(slot: number, code: number, keep: boolean): void {
    const { counters, deps, options, owners, sessions } = this.#parts;
    const entity = sessions.handleOf(slot);
    const owner = owners.of(entity);
    if (owner?.slot !== slot) return;
    owner.received += sessions.received[slot] ?? 0;
    owner.sent += sessions.sent[slot] ?? 0;
    owner.corrections += sessions.corrections[slot] ?? 0;
    owner.token = null;
    if (!deps.world.isLive(entity)) this.#end(owner, "removed");
    else if (!keep || options.graceMs === 0) this.#end(owner, "left");
    else {
      counters.suspended++;
      owners.wait(owner, deps.now() + options.graceMs);
      deps.world.setLook(rowOf(entity), LOOK_NOT);
      const { session } = owner;
      deps.ledger.note({ what: "suspended", session, entity, code, counters: countersOf(owner) });
    }
  }

  /** Before each step: ends sessions whose grace is over, and notes what rules were broken. */
  beforeStep(now: number): void {
    const { deps, owners } = this.#parts;
    for (let late = owners.overdue(now); late !== undefined; late = owners.overdue(now)) {
      this.#end(late, "expired");
    }
    if (deps.world.tick % VIOLATION_TICKS !== 0) return;
    for (const owner of owners) if (hasViolated(owner)) this.#noteViolations(owner);
  }

  /**
   * Takes over the sessions of a world that was restored: each waits for its client from now on.
   * Ends those whose entity is not there, and entities that are nobody's.
   * @param live handles of all entities of the world that are to have a session
   */
  adopt(stored: readonly StoredSession[], live: Iterable<number>): void {
    const { accounts, deps, leaves, messages, options, owners } = this.#parts;
    for (const before of stored) {
      const { session, entity, tokenHash, usedHash, account, counters, isOpen } = before;
      const name = session.slice(0, SESSION_NAME_MAX);
      const who = { session: name, entity, tokenHash, account };
      // From where it came is not stored: only those who come anew are counted.
      const isThere = deps.world.isLive(entity) && owners.of(entity) === undefined;
      const owner = newOwner({ ...who, slot: WAITING, network: "" });
      owner.received = counters.received;
      owner.sent = counters.sent;
      owner.corrections = counters.corrections;
      owner.usedHash = usedHash;
      owner.isTold = usedHash === "";
      if (isThere) {
        owners.add(owner);
        messages.begin(entity, true);
        accounts.add(account);
        owners.wait(owner, deps.now() + options.graceMs);
        deps.app?.entered({ entity, session: name, account, name: before.client });
        if (isOpen)
          deps.ledger.note({ what: "suspended", session, entity, code: LOST_CODE, counters });
      } else this.#end(owner, "lost");
    }
    for (const entity of live) if (owners.of(entity) === undefined) leaves.add(entity);
  }

  #end(owner: Owner, reason: EndReason): void {
    const { accounts, counters, deps, leaves, owners } = this.#parts;
    const { session, entity } = owner;
    if (hasViolated(owner)) this.#noteViolations(owner);
    if (reason === "expired") counters.expired++;
    if (reason !== "lost") {
      counters.left++;
      owners.remove(owner);
      accounts.remove(owner.account);
    }
    if (deps.world.isLive(entity) && reason !== "lost") leaves.add(entity);
    if (reason !== "lost") deps.app?.left(entity, session, reason);
    deps.ledger.note({ what: "ended", session, entity, reason, counters: countersOf(owner) });
  }

  #noteViolations(owner: Owner): void {
    const { deps } = this.#parts;
    // What finds no room is added to what comes; the metrics have it in any case.
    if (deps.ledger.isBehind || !deps.ledger.hasRoom(1)) return;
    const { session, entity, overBank, overRate, clipped, tokenReused } = owner;
    owner.overBank = owner.overRate = owner.clipped = owner.tokenReused = 0;
    const broken = { overBank, overRate, clipped, tokenReused };
    deps.ledger.note({ what: "violated", session, entity, ...broken });
  }

  /** A used token is another matter than an unknown one: somebody may have copied it. */
  #countRefused(hash: string): void {
    const { counters, deps, owners } = this.#parts;
    counters.resumesRefused++;
    const owner = owners.byUsedToken(hash);
    if (owner === undefined) return;
    counters.tokensReused++;
    owner.tokenReused++;
    deps.log.tokenReused(owner.session);
  }
}

function newOwner(
  who: Pick<Owner, "session" | "account" | "network" | "entity" | "slot" | "tokenHash">,
): Owner {
  return {
    ...who,
    usedHash: "",
    isTold: true,
    untold: 0,
    token: null,
    deadline: Infinity,
    received: 0,
    sent: 0,
    corrections: 0,
    overBank: 0,
    overRate: 0,
    clipped: 0,
    tokenReused: 0,
    poisoned: 0,
  };
}

function countersOf({ received, sent, corrections }: Owner): SessionCounters {
  return { received, sent, corrections };
}

function hasViolated(owner: Owner): boolean {
  return owner.overBank + owner.overRate + owner.clipped + owner.tokenReused > 0;
}
