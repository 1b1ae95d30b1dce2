// Makes tokens as an issuer of the tests would, and the key sets to verify them with.
import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";

import { SignJWT } from "jose";
import type { JWTPayload } from "jose";

import { keysOfJwks, keysOfSecret } from "../src/identity/keys.ts";
import type { Keys } from "../src/identity/keys.ts";

/** What the clock of the issuer and of the verifier says, Unix ms. */
export const NOW = 1_800_000_000_000;

/** What a token says, also what it may not. */
export type Claims = Readonly<Record<string, unknown>>;

export interface Mint {
  readonly algorithm: string;
  /** Of the verifier. */
  readonly keys: Keys;
  /** What an attacker may know of the keys. */
  readonly publicPem: string;
  /** The key set as it would lie in a file; "" where there is none. */
  readonly jwks: string;
  /** @param claims beside sub "ada" and an exp in an hour; undefined takes one out */
  token(claims?: Claims, header?: object): Promise<string>;
}

export function secretMint(secret: string = "s".repeat(32)): Mint {
  const bytes = Buffer.from(secret);
  return {
    algorithm: "HS256",
    keys: keysOfSecret(bytes),
    publicPem: "",
    jwks: "",
    token: (claims, header) => sign("HS256", bytes, claims, header),
  };
}

export async function keyMint(algorithm: "RS256" | "ES256" | "EdDSA", kid = "k1"): Promise<Mint> {
  const { publicKey, privateKey } = pairOf(algorithm);
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid }] });
  return {
    algorithm,
    keys: await keysOfJwks(jwks),
    publicPem: publicKey.export({ format: "pem", type: "spki" }).toString(),
    jwks,
    token: (claims, header) => sign(algorithm, privateKey, claims, { kid, ...header }),
  };
}

export function pairOf(algorithm: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  if (algorithm === "ES256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  return generateKeyPairSync("ed25519");
}

function sign(
  alg: string,
  key: KeyObject | Uint8Array,
  claims: Claims = {},
  header: object = {},
): Promise<string> {
  const usual: JWTPayload = { sub: "ada", exp: NOW / 1000 + 3600 };
  const payload = Object.assign(usual, claims);
  return new SignJWT(payload).setProtectedHeader({ alg, ...header }).sign(key);
}
