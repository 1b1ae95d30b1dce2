// Why a token is refused: the label that it is counted under, and what its owner is told. No
// sentence repeats anything of the token.

export const TOKEN_FAULTS = {
  missing: "This server asks for a token, and Hello has none.",
  malformed: "It is no signed token in compact form (JWS), or it is written in an unusual way.",
  algorithm: "It is signed by an algorithm that this server does not take.",
  key: "It does not name exactly one of the server's keys.",
  signature: "Its signature is not the server's issuer's.",
  expired: "It has expired.",
  early: "It is not valid yet.",
  claims: "Its exp or sub is missing or unusable, or its iss or aud is not the server's.",
  replayed: "It has opened a session before, and opens one only.",
  crowded: "Too many tokens are in use that have not expired yet.",
  late: "It could not be checked in time.",
} as const satisfies Record<string, string>;

export type TokenFault = keyof typeof TOKEN_FAULTS;
