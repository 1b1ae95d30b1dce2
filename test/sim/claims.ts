// Who was told which session, entity and token, over all lives of the server: what a token must
// open, what it must never open again, and what a crash must not take away.
import type { StoredSession } from "../../src/engine/facts.ts";
import { tokenHash } from "./machine.ts";
import { must } from "./violation.ts";

export interface Claim {
  readonly session: string;
  /** Handle. */
  readonly entity: number;
  readonly token: Uint8Array;
  /** The store had it when the client was told. */
  readonly isDurable: boolean;
}

/** As a Welcome says it. */
export interface Told {
  readonly session: string;
  readonly entity: number;
  readonly token: Uint8Array;
}

export class Claims {
  /** Tokens that open nothing any more, whatever happens to a server. */
  readonly used: Uint8Array[] = [];
  /** Sessions that were resumed, and those of them by another life of the server. */
  resumed = 0;
  resumedAfterRestart = 0;
  /** Told sessions that a restart found in the store. */
  kept = 0;
  /** Tokens that were shown again, since the answer with the next one never came. */
  answersLost = 0;
  /** By session: what its client was told last. */
  readonly #told = new Map<string, Claim>();
  /** By hash: tokens that should open their session. */
  readonly #open = new Map<string, Claim>();
  /** By session: what its client showed to be told, for as long as it has not acknowledged. */
  readonly #last = new Map<string, Claim>();
  /** By session: what its client showed, and so what it has, until it is told another. */
  readonly #showed = new Map<string, Claim>();
  /** By entity: its session in this life of the server. */
  readonly #sessionOf = new Map<number, string>();
  readonly #restored = new Set<string>();
  /** By hash: tokens that were shown in this life of the server. */
  readonly #shown = new Set<string>();

  /**
   * A server begins, with what its store has.
   * @param isEnded whether the end of a session is in the store
   * @throws Violation
   */
  begin(stored: readonly StoredSession[] | null, isEnded: (session: string) => boolean): void {
    const found = new Map(stored?.map((entry) => [entry.session, entry]));
    for (const told of this.#told.values()) {
      const { session, entity, isDurable, token } = this.#showed.get(told.session) ?? told;
      const hash = tokenHash(token);
      if (!isDurable || stored === null || isEnded(session)) continue;
      const entry = found.get(session);
      must(
        entry?.entity === entity,
        () => `session ${session} was told of entity ${entity}, which a restart has lost`,
      );
      must(
        entry?.tokenHash === hash || entry?.usedHash === hash,
        () => `session ${session} was told a token that the store does not have`,
      );
      this.kept++;
    }
    const known = [...this.#told.values(), ...this.#last.values()];
    const tokens = new Map(known.map(({ token }) => [tokenHash(token), token]));
    this.#told.clear();
    this.#open.clear();
    this.#last.clear();
    this.#showed.clear();
    this.#sessionOf.clear();
    this.#restored.clear();
    this.#shown.clear();
    for (const { session, entity, tokenHash: hash, usedHash } of found.values()) {
      this.#sessionOf.set(entity, session);
      this.#restored.add(session);
      // The newest last: it is what its client was told, if it was told it.
      for (const open of [usedHash, hash]) {
        const token = tokens.get(open);
        if (token === undefined) continue;
        const claim = { session, entity, token, isDurable: true };
        this.#told.set(session, claim);
        this.#open.set(open, claim);
      }
      // That its client has the newest was said, and not on the disk yet: the one before opens.
      const before = this.used.findIndex((token) => tokenHash(token) === usedHash);
      if (before >= 0) this.used.splice(before, 1);
    }
  }

  /** A token is shown. @returns what it must open, null when nothing */
  show(token: Uint8Array): Claim | null {
    const hash = tokenHash(token);
    const claim = this.#open.get(hash) ?? null;
    if (this.#shown.has(hash)) this.answersLost++;
    if (claim !== null) {
      this.#shown.add(hash);
      this.#showed.set(claim.session, claim);
    }
    return claim;
  }

  /**
   * A client is told its session and entity.
   * @param claim what the token that it showed must open, null when it began a session
   * @throws Violation
   */
  tell(told: Told, claim: Claim | null, isDurable: boolean): void {
    const { session, entity, token } = told;
    const owner = this.#sessionOf.get(entity);
    must(
      owner === undefined || owner === session,
      () => `entity ${entity} of session ${owner ?? ""} was given to session ${session}`,
    );
    if (claim !== null) this.#resume(told, claim);
    this.#sessionOf.set(entity, session);
    const next = { session, entity, token: new Uint8Array(token), isDurable };
    const before = this.#told.get(session);
    if (claim !== null && before !== undefined && before.token !== claim.token) {
      // Told and never acknowledged: the one that its client showed again takes its place.
      this.#open.delete(tokenHash(before.token));
    }
    this.#showed.delete(session);
    this.#told.set(session, next);
    this.#open.set(tokenHash(token), next);
  }

  /**
   * The client of an entity has acknowledged what came after its Welcome: the token that it showed
   * for it opens nothing from now on.
   */
  acknowledge(entity: number): void {
    const told = this.of(entity);
    const last = this.#last.get(told?.session ?? "");
    if (told === undefined || last === undefined) return;
    this.#last.delete(told.session);
    this.#open.delete(tokenHash(last.token));
    if (told.isDurable) this.used.push(last.token);
  }

  /** A session is over: its tokens open nothing. */
  end(session: string): void {
    for (const claim of [this.#told.get(session), this.#last.get(session)]) {
      if (claim !== undefined) this.#open.delete(tokenHash(claim.token));
    }
    this.#last.delete(session);
  }

  /** What the client of an entity was told, undefined when it was told nothing. */
  of(entity: number): Claim | undefined {
    return this.#told.get(this.#sessionOf.get(entity) ?? "");
  }

  #resume({ session, entity, token }: Told, claim: Claim): void {
    must(
      session === claim.session && entity === claim.entity,
      () => `the token of ${claim.session} opened session ${session}, entity ${entity}`,
    );
    must(
      tokenHash(token) !== tokenHash(claim.token),
      () => `session ${session} was given the token again that it has used`,
    );
    this.resumed++;
    if (this.#restored.delete(session)) this.resumedAfterRestart++;
    this.#last.set(session, claim);
  }
}
