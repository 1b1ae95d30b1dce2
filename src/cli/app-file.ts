// An application's file: a module of its author's, loaded into this process.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isApp } from "../app/definition.ts";
import type { App } from "../app/definition.ts";

/** @returns the application, or a sentence without its end that says why there is none */
export async function loadApp(file: string, cwd: string): Promise<App | string> {
  const url = pathToFileURL(resolve(cwd, file)).href;
  let module: { readonly default?: unknown };
  try {
    module = (await import(url)) as { readonly default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    const code = error instanceof Error && "code" in error ? error.code : "";
    const isTyped = code === "ERR_UNKNOWN_FILE_EXTENSION";
    const remedy = isTyped
      ? "Node.js strips types from 22.18 on: take that one, or compile the file to .js"
      : "mend it";
    return `--app ${file} cannot be loaded (${reason ?? ""}): ${remedy}`;
  }
  if (isApp(module.default)) return module.default;
  return `--app ${file} is no application: its default export must be what createWorld returns`;
}
