// Text that every database takes.

/**
 * PostgreSQL knows no NUL in a text and no half of a surrogate pair: one of them, in a name that a
 * stranger chose, would have the whole flight refused, again and again.
 * @returns `text` with U+FFFD in their places
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
