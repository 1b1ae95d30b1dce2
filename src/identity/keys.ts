// What tokens are verified with: one shared secret, or the public keys of a file. Which algorithms
// are taken follows from the keys and never from a token, so that none can choose how it is judged.
import { createSecretKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

import { createLocalJWKSet, importJWK } from "jose";
import type { JWK, JWTVerifyGetKey } from "jose";

export interface Keys {
  readonly algorithms: readonly string[];
  readonly find: KeyObject | JWTVerifyGetKey;
}

/** A file that cannot be used, in a sentence. */
export class BadKeys extends Error {}

const RSA_BITS_MIN = 2048;

/** @param secret at least 32 bytes */
export function keysOfSecret(secret: Uint8Array): Keys {
  return { algorithms: ["HS256"], find: createSecretKey(secret) };
}

/**
 * Reads a JSON Web Key Set (RFC 7517) of public keys: RSA for RS256, P-256 for ES256, Ed25519 for
 * EdDSA. Keys for encryption are passed over.
 * @throws BadKeys with a sentence that shows nothing of a key
 */
export async function keysOfJwks(text: string): Promise<Keys> {
  const signing = keysIn(text).filter((key) => key["use"] !== "enc");
  if (signing.length === 0) throw new BadKeys("it has no key that verifies signatures");
  const seen = new Set<string>();
  const algorithms = new Set<string>();
  for (const [i, key] of signing.entries()) {
    const name = `key ${i + 1}`;
    const algorithm = algorithmOf(key, name);
    if (key["kid"] !== undefined && typeof key["kid"] !== "string")
      throw new BadKeys(`the kid of ${name} is no text`);
    const id = `${algorithm} ${key["kid"] ?? ""}`;
    if (seen.has(id))
      throw new BadKeys(`${name} has the same kid as another one: give each its own`);
    seen.add(id);
    algorithms.add(algorithm);
    await importJWK(key, algorithm).catch(() => {
      throw new BadKeys(`${name} is damaged`);
    });
  }
  return { algorithms: [...algorithms], find: createLocalJWKSet({ keys: signing }) };
}

function keysIn(text: string): JWK[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new BadKeys("it is no JSON");
  }
  const keys: unknown =
    typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "keys") : null;
  if (!Array.isArray(keys) || !keys.every(isObject))
    throw new BadKeys('it is no key set: write {"keys": [...]}');
  return keys;
}

function isObject(value: unknown): value is JWK {
  return typeof value === "object" && value !== null;
}

/** @returns the one algorithm that a key is taken for */
function algorithmOf(key: JWK, name: string): string {
  if (key.kty === "oct")
    throw new BadKeys(`${name} is a shared secret: put it into auth.secret_file`);
  if (key.d !== undefined)
    throw new BadKeys(`${name} is private: the server needs its public part only`);
  const algorithm = takenFor(key);
  const named = key.alg === "Ed25519" ? "EdDSA" : key.alg;
  if (algorithm === null || (named !== undefined && named !== algorithm))
    throw new BadKeys(`${name} is not for RS256, ES256 or EdDSA (Ed25519)`);
  if (algorithm === "RS256" && bitsOf(key.n) < RSA_BITS_MIN)
    throw new BadKeys(`${name} is shorter than ${RSA_BITS_MIN} bits`);
  return algorithm;
}

function takenFor(key: JWK): string | null {
  if (key.kty === "RSA") return "RS256";
  if (key.kty === "EC" && key.crv === "P-256") return "ES256";
  return key.kty === "OKP" && key.crv === "Ed25519" ? "EdDSA" : null;
}

function bitsOf(modulus: unknown): number {
  if (typeof modulus !== "string") return 0;
  const bytes = Buffer.from(modulus, "base64url");
  const from = bytes.findIndex((byte) => byte !== 0);
  if (from < 0) return 0;
  return (bytes.length - from) * 8 - Math.clz32(bytes[from] ?? 0) + 24;
}
