// Takes the types off in the thread of the loader. See plain.mjs.
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const source = stripTypeScriptTypes(await readFile(fileURLToPath(url), "utf8"));
  return { format: "module", shortCircuit: true, source };
}
