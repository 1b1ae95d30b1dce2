// Who a client is, where the server asks: between Hello and Welcome its token is verified, which
// takes longer than a call. A session waits in a state of its own meanwhile; its connection may
// close, and its slot be another's, before the answer comes.
import type { SpentToken } from "../engine/facts.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import { TOKEN_FAULTS } from "../protocol/token-faults.ts";
import type { TokenFault } from "../protocol/token-faults.ts";
import type { Parts } from "./parts.ts";
import { FREE, OPEN, VERIFYING } from "./session.ts";
import type { Verdict } from "./verifier.ts";

/** Tokens verified at a time; others wait. */
const IN_FLIGHT_MAX = 16;

/** What a session waits with. Made once a Hello, never in the tick. */
interface Claim {
  readonly slot: number;
  /** Of the connection: slots are used again. */
  readonly serial: number;
  readonly token: string;
  readonly resumeToken: Uint8Array;
  /** A Spawn that came meanwhile. */
  spawn: Uint8Array | null;
}

/** Hears of a client that is who it says. `spawn`: the message that came meanwhile, or null. */
type Admit = (slot: number, resumeToken: Uint8Array, spawn: Uint8Array | null) => void;

export class Identification {
  readonly #parts: Parts;
  readonly #admit: Admit;
  /** By slot: of every session that waits. A claim that is not here any more is nobody's. */
  readonly #claims = new Map<number, Claim>();
  /** Of those, whose token is not looked at yet, in the order of arrival. */
  readonly #waiting = new Set<Claim>();
  /** By slot: what a session used up that has no entity yet. It is stored with its joining. */
  readonly #spent = new Map<number, SpentToken>();
  #inFlight = 0;

  constructor(parts: Parts, admit: Admit) {
    this.#parts = parts;
    this.#admit = admit;
  }

  /** Hello came. @param resumeToken is kept */
  begin(slot: number, token: string, resumeToken: Uint8Array): void {
    const { deps, options, sessions } = this.#parts;
    const shown = token !== "" ? token : (sessions.bearer[slot] ?? "");
    if (shown === "") {
      this.#refuse(slot, "missing");
      return;
    }
    sessions.state[slot] = VERIFYING;
    sessions.deadline[slot] = deps.now() + options.helloTimeoutMs;
    const serial = sessions.serial[slot] ?? 0;
    const claim = { slot, serial, token: shown, resumeToken, spawn: null };
    this.#claims.set(slot, claim);
    this.#waiting.add(claim);
    this.#next();
  }

  /** Keeps a Spawn until its session may have an entity. @returns false for a second one */
  hold(slot: number, spawn: Uint8Array): boolean {
    const claim = this.#claims.get(slot);
    if (claim === undefined || claim.spawn !== null) return false;
    claim.spawn = spawn.slice();
    return true;
  }

  /** @returns the token that a session used up, once; null for none */
  takeSpent(slot: number): SpentToken | null {
    const spent = this.#spent.get(slot) ?? null;
    this.#spent.delete(slot);
    return spent;
  }

  /** Its token was not verified in time. */
  late(slot: number): void {
    this.#refuse(slot, "late");
  }

  /** Nobody is let in any more. */
  stop(): void {
    this.#claims.clear();
    this.#waiting.clear();
  }

  /** The session is gone. */
  forget(slot: number): void {
    this.#spent.delete(slot);
    const claim = this.#claims.get(slot);
    if (claim === undefined) return;
    this.#claims.delete(slot);
    this.#waiting.delete(claim);
  }

  #next(): void {
    const { deps } = this.#parts;
    for (const claim of this.#waiting) {
      if (this.#inFlight >= IN_FLIGHT_MAX || deps.verifier === null) return;
      this.#waiting.delete(claim);
      this.#inFlight++;
      // Outside of the transport's handlers: whatever is thrown must end here.
      void deps.verifier
        .verify(claim.token)
        .then((verdict) => this.#judge(claim, verdict))
        .catch((error: unknown) => this.#fail(claim, error))
        .finally(() => {
          this.#inFlight--;
          this.#next();
        });
    }
  }

  #fail({ slot, serial }: Claim, error: unknown): void {
    const { deps, replies, sessions } = this.#parts;
    deps.log.fault("token", error);
    if (sessions.stateOf(slot) !== FREE && sessions.serial[slot] === serial)
      replies.end(slot, CLOSES.INTERNAL, 0);
  }

  #judge(claim: Claim, { identity, fault }: Verdict): void {
    const { accounts, counters, deps, sessions } = this.#parts;
    const { slot, resumeToken, spawn } = claim;
    // Its connection closed meanwhile; the slot may be another's.
    if (this.#claims.get(slot) !== claim) return;
    this.forget(slot);
    if (identity === null) {
      this.#refuse(slot, fault);
      return;
    }
    // One that comes back is counted already, and its token may be the one that it began with.
    if (resumeToken.length === 0) {
      if (!this.#hasRoom(slot, identity.account)) return;
      const spent = deps.verifier?.spend(identity) ?? null;
      if (spent !== null) {
        this.#refuse(slot, spent);
        return;
      }
      accounts.add(identity.account);
      const { id, until } = identity;
      if (id !== "") this.#spent.set(slot, { id, until });
    }
    counters.tokensVerified++;
    sessions.account[slot] = identity.account;
    // Unless it is admitted it may say Hello again.
    sessions.state[slot] = OPEN;
    this.#admit(slot, resumeToken, spawn);
  }

  #hasRoom(slot: number, account: string): boolean {
    const { accounts, counters, options, replies } = this.#parts;
    const most = options.maxSessionsPerAccount;
    if (most === 0 || accounts.count(account) < most) return true;
    counters.refusedAccount++;
    const detail = `The account has ${most} already, as many as one may have.`;
    replies.refuse(slot, ERRORS.SERVER_FULL, detail);
    return false;
  }

  #refuse(slot: number, fault: TokenFault): void {
    const { counters, deps, replies, sessions } = this.#parts;
    counters.tokenFaults[fault]++;
    deps.log.tokenRefused(sessions.connectionOf(slot), sessions.address[slot] ?? "", fault);
    const refusal = OURS.includes(fault) ? ERRORS.SERVER_FULL : ERRORS.UNAUTHENTICATED;
    replies.refuse(slot, refusal, TOKEN_FAULTS[fault]);
  }
}

/** Not the token's fault: the same one may do later. */
const OURS: readonly TokenFault[] = ["crowded", "late"];
