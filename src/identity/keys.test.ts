import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";

import { keyMint, NOW, pairOf } from "../../test/token-mint.ts";
import { BadKeys, keysOfJwks } from "./keys.ts";
import { JwtVerifier } from "./verifier.ts";

function publicOf(algorithm: string): object {
  return pairOf(algorithm).publicKey.export({ format: "jwk" });
}

function setOf(...keys: object[]): string {
  return JSON.stringify({ keys });
}

test("the keys say which algorithms are taken", async () => {
  const keys = [
    { ...publicOf("RS256"), kid: "a" },
    { ...publicOf("EdDSA"), kid: "a" },
    { ...publicOf("RS256"), kid: "b", use: "enc" },
  ];
  expect((await keysOfJwks(setOf(...keys))).algorithms).toEqual(["RS256", "EdDSA"]);
});

test("H42 a token is verified by the key that it names, and by no other", async () => {
  const [a, b] = [await keyMint("EdDSA", "a"), await keyMint("EdDSA", "b")];
  const both = [a, b].flatMap(({ jwks }) => (JSON.parse(jwks) as { keys: object[] }).keys);
  const keys = await keysOfJwks(setOf(...both));
  const verifier = new JwtVerifier(keys, { issuer: "", audience: "", wallNow: () => NOW });
  const faultOf = async (token: Promise<string>): Promise<string | null> =>
    (await verifier.verify(await token)).fault;
  expect(await faultOf(a.token())).toBe(null);
  expect(await faultOf(b.token())).toBe(null);
  expect(await faultOf(a.token({}, { kid: "b" }))).toBe("signature");
  expect(await faultOf(a.token({}, { kid: "c" }))).toBe("key");
  // Without a name it might be either's.
  expect(await faultOf(a.token({}, { kid: undefined }))).toBe("key");
});

describe("H42 a key set is refused in words", () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const secret = "hunter2".repeat(8);
  test.each([
    ["no JSON", secret, "it is no JSON"],
    ["no set", "[]", "it is no key set"],
    ["no list", '{"keys": {}}', "it is no key set"],
    ["null", "null", "it is no key set"],
    ["no objects", '{"keys": [5]}', "it is no key set"],
    ["no keys", setOf(), "it has no key that verifies"],
    ["a shared secret", setOf({ kty: "oct", k: secret }), "key 1 is a shared secret"],
    ["a private key", setOf(pairOf("EdDSA").privateKey.export({ format: "jwk" })), "is private"],
    ["a short one", setOf(short.publicKey.export({ format: "jwk" })), "shorter than 2048 bits"],
    ["another curve", setOf(ec.publicKey.export({ format: "jwk" })), "is not for RS256"],
    ["another use", setOf({ ...publicOf("RS256"), alg: "RS512" }), "is not for RS256"],
    ["damage", setOf({ ...publicOf("EdDSA"), x: secret }), "key 1 is damaged"],
    ["a name twice", setOf(publicOf("EdDSA"), publicOf("EdDSA")), "key 2 has the same kid"],
    ["a name that is none", setOf({ ...publicOf("EdDSA"), kid: 5 }), "is no text"],
  ])("%s", async (_, text, words) => {
    const error: unknown = await keysOfJwks(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BadKeys);
    expect((error as BadKeys).message).toContain(words);
    expect((error as BadKeys).message).not.toContain("hunter2");
  });
});
