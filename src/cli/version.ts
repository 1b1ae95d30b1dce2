// The version of this program, as its package says it.
import { readFileSync } from "node:fs";

export function ownVersion(): string {
  // Two folders up from src/cli and from dist/cli alike.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const found: unknown = JSON.parse(text);
  const hasVersion = typeof found === "object" && found !== null && "version" in found;
  return hasVersion ? String(found.version) : "unknown";
}
