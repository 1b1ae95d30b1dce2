// What the gateway needs of whoever verifies tokens: src/identity in production. A server that
// asks for no token has none.
import type { SpentToken } from "../engine/facts.ts";
import type { TokenFault } from "../protocol/token-faults.ts";

/** Somebody whose token is believed. */
export interface Identity extends SpentToken {
  readonly account: string;
  /** Names the token, as SpentToken says; "": it may be used again and again. */
  readonly id: string;
}

export type Verdict =
  | { readonly identity: Identity; readonly fault: null }
  | { readonly identity: null; readonly fault: TokenFault };

export interface Verifier {
  /** May take a while. Whatever is wrong with the token is in the verdict. */
  verify(token: string): Promise<Verdict>;
  /** Its token opens a new session now. @returns why it may not, or null */
  spend(identity: Identity): TokenFault | null;
  /** Tokens that were used up before the server was started. */
  adopt(spent: readonly SpentToken[]): void;
}
