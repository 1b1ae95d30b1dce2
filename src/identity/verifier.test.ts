// Tokens that were tampered with, have had their time, or were made for somebody else.
import { createHash, createHmac } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";

import { keyMint, NOW, secretMint } from "../../test/token-mint.ts";
import type { Claims, Mint } from "../../test/token-mint.ts";
import { JwtVerifier } from "./verifier.ts";

const MINTS: readonly (readonly [string, () => Promise<Mint>])[] = [
  ["HS256", () => Promise.resolve(secretMint())],
  ["RS256", () => keyMint("RS256")],
  ["ES256", () => keyMint("ES256")],
  ["EdDSA", () => keyMint("EdDSA")],
];
const SECONDS = NOW / 1000;

function verifierOf(mint: Mint, issuer = "", audience = ""): JwtVerifier {
  return new JwtVerifier(mint.keys, { issuer, audience, wallNow: () => NOW });
}

async function faultOf(verifier: JwtVerifier, token: string): Promise<string | null> {
  return (await verifier.verify(token)).fault;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

describe.each(MINTS)("%s", (_, mintOf) => {
  test("says whose a token is", async () => {
    const mint = await mintOf();
    const verifier = verifierOf(mint);
    expect(await verifier.verify(await mint.token({ jti: "1", iss: "us" }))).toEqual({
      identity: { account: "ada", id: sha256("us\n1"), until: NOW + 3_630_000 },
      fault: null,
    });
    expect(await verifier.verify(await mint.token())).toMatchObject({
      identity: { account: "ada", id: "" },
    });
  });

  test("H42 no byte of a token may be another one", async () => {
    const mint = await mintOf();
    const verifier = verifierOf(mint);
    const token = await mint.token({ jti: "1" });
    let tried = 0;
    const accepted: string[] = [];
    for (let at = 0; at < token.length; at++) {
      const was = token.charCodeAt(at);
      const mutants = [was ^ 1, was ^ 2, was ^ 4, was ^ 32, was ^ 64, 65, 46, 45, 95, 61, 32];
      for (const code of new Set(mutants)) {
        if (code === was) continue;
        tried++;
        const mutant = token.slice(0, at) + String.fromCharCode(code) + token.slice(at + 1);
        if ((await faultOf(verifier, mutant)) === null) accepted.push(mutant);
      }
      tried += 2;
      const [head, tail] = [token.slice(0, at), token.slice(at)];
      for (const mutant of [head, `${head}A${tail}`])
        if ((await faultOf(verifier, mutant)) === null) accepted.push(mutant);
    }
    expect(tried).toBeGreaterThan(1500);
    expect(accepted).toEqual([]);
    expect(await faultOf(verifier, token)).toBe(null);
  });

  test("H42 nor may it be signed by another, or by nobody", async () => {
    const mint = await mintOf();
    const verifier = verifierOf(mint);
    const [header = "", payload = "", signature = ""] = (await mint.token()).split(".");
    for (const alg of ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "PS256", "RS512", 5]) {
      const forged = encoded({ alg, kid: "k1" });
      for (const end of ["", signature])
        expect(await faultOf(verifier, `${forged}.${payload}.${end}`), String(alg)).not.toBe(null);
    }
    // The public key, which everybody may have, as if it were the secret.
    for (const secret of [mint.publicPem, mint.publicPem.trim(), mint.jwks, "", "k1"]) {
      if (secret === "" && mint.algorithm === "HS256") continue;
      const forged = `${encoded({ alg: "HS256", typ: "JWT", kid: "k1" })}.${payload}`;
      const made = createHmac("sha256", secret).update(forged).digest("base64url");
      expect(await faultOf(verifier, `${forged}.${made}`)).not.toBe(null);
    }
    const same = mint.algorithm === "HS256" ? secretMint("t".repeat(32)) : await mintOf();
    expect(await faultOf(verifier, await same.token())).toBe("signature");
    expect(header).not.toBe("");
  });

  test("H42 every other algorithm's own tokens are refused", async () => {
    const mint = await mintOf();
    const verifier = verifierOf(mint);
    for (const [name, other] of MINTS) {
      if (name === mint.algorithm) continue;
      expect(await faultOf(verifier, await (await other()).token()), name).toBe("algorithm");
    }
  });
});

describe("what a token says", () => {
  const mint = secretMint();
  const verifier = verifierOf(mint, "us", "aether");
  const ours = { iss: "us", aud: "aether" };

  test.each([
    ["in order", {}, null],
    ["one of several audiences", { aud: ["other", "aether"] }, null],
    ["expired within the tolerance", { exp: SECONDS - 29 }, null],
    ["expired", { exp: SECONDS - 31 }, "expired"],
    ["valid from soon within the tolerance", { nbf: SECONDS + 29 }, null],
    ["valid from soon", { nbf: SECONDS + 31 }, "early"],
    ["without an end", { exp: undefined }, "claims"],
    ["with an end that is no time", { exp: "tomorrow" }, "claims"],
    ["with a beginning that is no time", { nbf: "now" }, "claims"],
    ["by another issuer", { iss: "them" }, "claims"],
    ["by no issuer", { iss: undefined }, "claims"],
    ["for another audience", { aud: "aether2" }, "claims"],
    ["for no audience", { aud: undefined }, "claims"],
    ["of nobody", { sub: undefined }, "claims"],
    ["of an empty name", { sub: "" }, "claims"],
    ["of a number", { sub: 5 }, "claims"],
    ["of a name with a line break", { sub: "a\nb" }, "claims"],
    ["of a name too long", { sub: "a".repeat(257) }, "claims"],
    ["with an id too long", { jti: "a".repeat(257) }, "claims"],
    ["with an empty id", { jti: "" }, "claims"],
    ["with an id that is no text", { jti: 5 }, "claims"],
  ])("H42 %s", async (_, claims, fault) => {
    expect(await faultOf(verifier, await mint.token({ ...ours, ...claims }))).toBe(fault);
  });

  test.each([
    ["nothing", ""],
    ["dots", ".."],
    ["two parts", "a.b"],
    ["four parts", "a.b.c.d"],
    ["five parts, as encrypted tokens have", "a.b.c.d.e"],
    ["blanks", " a.b.c "],
    ["a header that is no JSON", "YQ.YQ.YQ"],
    ["a header that is a list", `${encoded([])}.${encoded({})}.YQ`],
    ["something else altogether", "\0\u{1f600}"],
  ])("H42 %s is no token", async (_, text) => {
    expect(await faultOf(verifier, text)).toBe("malformed");
  });

  test("H42 headers that ask for more are refused", async () => {
    const bytes = Buffer.from("s".repeat(32));
    const payload = { sub: "ada", exp: SECONDS + 60, ...ours };
    const sign = (header: object): Promise<string> =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: "HS256", ...header })
        .sign(bytes, { crit: { hold: true } });
    expect(await faultOf(verifier, await sign({ crit: ["hold"], hold: 1 }))).toBe("malformed");
    // Keys that a token brings along are not looked at.
    const jwk = { kty: "oct", k: Buffer.from("t".repeat(32)).toString("base64url") };
    expect(await faultOf(verifier, await sign({ jwk }))).toBe(null);
    const forged = new SignJWT(payload).setProtectedHeader({ alg: "HS256", jwk });
    expect(await faultOf(verifier, await forged.sign(Buffer.from("t".repeat(32))))).toBe(
      "signature",
    );
  });
});

test("H42 a token with an id opens one session, until it has expired", async () => {
  let now = NOW;
  const mint = secretMint();
  const options = { issuer: "", audience: "", wallNow: () => now, spentMax: 2 };
  const verifier = new JwtVerifier(mint.keys, options);
  const spend = async (claims: Claims): Promise<string | null> => {
    const { identity } = await verifier.verify(await mint.token(claims));
    return identity === null ? "refused" : verifier.spend(identity);
  };
  const short = { jti: "1", exp: SECONDS + 60 };
  expect(await spend(short)).toBe(null);
  expect(await spend(short)).toBe("replayed");
  expect(await spend({ ...short, iss: "another issuer" })).toBe(null);
  // Both places are taken, and nobody's is given away.
  expect(await spend({ jti: "2" })).toBe("crowded");
  expect(await spend(short)).toBe("replayed");
  // Those without an id need none.
  for (let i = 0; i < 3; i++) expect(await spend({})).toBe(null);
  now += 91_000;
  expect(await spend({ jti: "2" })).toBe(null);
  expect(await spend(short)).toBe("refused");
});
