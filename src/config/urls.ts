// Where other programs are: only the shape of it is judged here. Whoever opens a URL reads the
// rest.

/** "none", "sqlite:FILE" or a URL of PostgreSQL. */
export function isStoreUrl(text: string): boolean {
  if (text === "none") return true;
  if (text.startsWith("sqlite:")) return text.length > "sqlite:".length;
  return isUrlOf(["postgres:", "postgresql:"], text);
}

export function isRedisUrl(text: string): boolean {
  return isUrlOf(["redis:", "rediss:"], text);
}

function isUrlOf(protocols: readonly string[], text: string): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
