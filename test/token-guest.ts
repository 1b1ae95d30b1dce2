// Guests that bring tokens, at a house that asks for them.
import { JwtVerifier } from "../src/identity/verifier.ts";
import { encodeHello } from "../src/protocol/client-encode.ts";
import type { Guest } from "./guest.ts";
import type { House } from "./house.ts";
import { NOW, secretMint } from "./token-mint.ts";
import { until } from "./until.ts";

export const mint = secretMint();

/** Of the mint's tokens. @param spentMax ids of tokens that it remembers */
export function jwt(spentMax = 1000): JwtVerifier {
  const options = { issuer: "", audience: "", wallNow: () => NOW, spentMax };
  return new JwtVerifier(mint.keys, options);
}

export function greet(guest: Guest, token: string, resumeToken = new Uint8Array(0)): void {
  guest.send(encodeHello({ client: "test", token, resumeToken }));
}

/** Hello with a token, and Spawn; waits for what comes of it. */
export async function enter(house: House, token: string): Promise<Guest> {
  const guest = await house.connect();
  greet(guest, token);
  guest.spawn(0, 0);
  await until(() => guest.welcomes > 0 || guest.gone, "an answer to Hello");
  if (!guest.gone) await house.turn(2);
  return guest;
}

/** The last Error, and the code that the connection ended with. */
export function refusalOf(guest: Guest): [code: number, message: string, close: number] {
  const { code = 0, message = "" } = guest.errors.at(-1) ?? {};
  return [code, message, guest.raw.closeCode];
}
