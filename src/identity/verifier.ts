// Who a token says somebody is, if it may be believed: JSON Web Tokens (RFC 7519), by keys that lie
// on this machine. Nothing is asked of the network.
import { createHash } from "node:crypto";

import { errors, jwtVerify } from "jose";
import type { JWTPayload, JWTVerifyOptions } from "jose";

import type { TokenFault } from "../protocol/token-faults.ts";
import type { Keys } from "./keys.ts";
import { SpentTokens } from "./spent.ts";

export interface VerifierOptions {
  /** What `iss` and `aud` must be; "": anything. */
  readonly issuer: string;
  readonly audience: string;
  /** Unix ms. */
  wallNow(): number;
  /** Ids of tokens that are remembered at most; SPENT_MAX by default. */
  readonly spentMax?: number;
}

/** What a token that is believed says. */
export interface Identity {
  readonly account: string;
  /** Names the token, SHA-256 of issuer and `jti`; "": it may be used again and again. */
  readonly id: string;
  /** When it cannot be valid any more, Unix ms. */
  readonly until: number;
}

export type Verdict =
  | { readonly identity: Identity; readonly fault: null }
  | { readonly identity: null; readonly fault: TokenFault };

/** Two clocks may be this far apart. */
const CLOCK_TOLERANCE_S = 30;
/** About 10 MB of ids. */
const SPENT_MAX = 65_536;
/** Characters of `sub` and of `jti`. */
const NAME_MAX = 256;
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export class JwtVerifier {
  /** May be exchanged while tokens are under way: each is judged by those of its arrival. */
  keys: Keys;
  readonly #options: VerifierOptions;
  readonly #spent: SpentTokens;

  constructor(keys: Keys, options: VerifierOptions) {
    this.keys = keys;
    this.#options = options;
    this.#spent = new SpentTokens(options.spentMax ?? SPENT_MAX);
  }

  /** Never rejects: what is wrong with a token is in the verdict. */
  async verify(token: string): Promise<Verdict> {
    if (!isCanonical(token)) return refused("malformed");
    const { issuer, audience } = this.#options;
    const options: JWTVerifyOptions = {
      algorithms: [...this.keys.algorithms],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(this.#options.wallNow()),
      requiredClaims: ["exp", "sub"],
    };
    if (issuer !== "") options.issuer = issuer;
    if (audience !== "") options.audience = audience;
    try {
      const { find } = this.keys;
      const { payload } =
        typeof find === "function"
          ? await jwtVerify(token, find, options)
          : await jwtVerify(token, find, options);
      const identity = identityIn(payload);
      return identity === null ? refused("claims") : { identity, fault: null };
    } catch (error) {
      return refused(faultOf(error));
    }
  }

  /** Uses a token up, if it is one that opens one session only. @returns null when it may do so */
  spend({ id, until }: Identity): TokenFault | null {
    if (id === "") return null;
    const outcome = this.#spent.take(id, until, this.#options.wallNow());
    return outcome === "taken" ? null : outcome;
  }

  /** Tokens that were used up before this process began. */
  adopt(spent: readonly { readonly id: string; readonly until: number }[]): void {
    this.#spent.adopt(spent.map(({ id, until }) => [id, until]));
  }
}

function refused(fault: TokenFault): Verdict {
  return { identity: null, fault };
}

/**
 * Base64 has several spellings of the same bytes where the last letter has bits to spare. Only the
 * signature's matter: the other parts are signed as text.
 */
function isCanonical(token: string): boolean {
  if (!COMPACT.test(token)) return false;
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}

function identityIn({ sub, jti, iss, exp }: JWTPayload): Identity | null {
  if (typeof sub !== "string" || !isName(sub) || typeof exp !== "number") return null;
  const until = (exp + CLOCK_TOLERANCE_S) * 1000;
  if (jti === undefined) return { account: sub, id: "", until };
  if (typeof jti !== "string" || !isName(jti)) return null;
  // An issuer's ids are unique among its own. A name has no line break.
  if (iss !== undefined && !isName(iss)) return null;
  const id = createHash("sha256")
    .update(`${iss ?? ""}\n${jti}`)
    .digest("hex");
  return { account: sub, id, until };
}

/** It goes into the log and the store. */
function isName(text: string): boolean {
  return text !== "" && text.length <= NAME_MAX && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === "nbf" && error.reason === "check_failed" ? "early" : "claims";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "signature";
  if (error instanceof errors.JOSEAlgNotAllowed) return "algorithm";
  if (error instanceof errors.JWKSNoMatchingKey) return "key";
  if (error instanceof errors.JWKSMultipleMatchingKeys) return "key";
  return "malformed";
}
