// Text of strangers that others will read: in a terminal, in a table, in another program's log.

/**
 * What is no text but does something to it: control characters, C1 included (8-bit terminals take
 * them for escape sequences), line and paragraph separators, halves of pairs, and marks that turn
 * the direction of writing around or cannot be seen. Joiners stay: scripts and emoji are written
 * with them.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** @returns the text with U+FFFD in the place of everything that is none */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}
