// All that the page is made of, by the path at which a browser asks for it. Scripts are the
// repository's own modules, found by following imports from the page's two entries, with their
// types taken off: no bundler, and nothing else of the repository can be asked for.
import { existsSync, readFileSync } from "node:fs";
import { extname, posix } from "node:path";
import ts from "typescript";

const ROOT = new URL("../../", import.meta.url);
const HERE = "bench/page";
const ENTRIES = ["./page.ts", "./worker.ts"].map((name) => posix.join(HERE, name));
const OTHERS = ["bench/page/style.css", "build/kernel.wasm", "build/kernel.scalar.wasm"];
/** Made for the job without frames; a page without them has the other job only. */
const PARTS = ["build/parts.wasm", "build/parts.scalar.wasm"];
/** What a module of the repository asks for, and what it gets in a browser. */
const INSTEAD: Readonly<Record<string, string>> = {
  "src/kernel/open.ts": posix.join(HERE, "./open.ts"),
  "bench/parts/builds.ts": posix.join(HERE, "./parts.ts"),
  "protobufjs/minimal.js": "node_modules/protobufjs/dist/minimal/protobuf.js",
};
/** Scripts that are no modules, and the global name that each leaves. */
const GLOBALS: Readonly<Record<string, string>> = {
  "node_modules/protobufjs/dist/minimal/protobuf.js": "protobuf",
};
const INDEX = "bench/page/index.html";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

export interface File {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * @param entries modules from the repository's root
 * @throws Error in words when a file is missing, or a module needs what no browser has
 */
export function pageFiles(entries: readonly string[] = ENTRIES): ReadonlyMap<string, File> {
  const files = new Map<string, File>();
  const add = (path: string, bytes: Uint8Array, at = `/${path}`): void => {
    files.set(at, { type: TYPES[extname(path)] ?? "application/octet-stream", bytes });
  };
  add(INDEX, read(INDEX), "/");
  for (const path of OTHERS) add(path, read(path));
  for (const path of PARTS) if (existsSync(new URL(path, ROOT))) add(path, read(path));
  const left = [...entries];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (files.has(`/${path}`)) continue;
    const { text, imports } = scriptOf(path);
    add(path, Buffer.from(text));
    left.push(...imports);
  }
  return files;
}

function read(path: string): Uint8Array {
  const file = new URL(path, ROOT);
  if (!existsSync(file)) throw new Error(`${path} is missing: run "npm run build"`);
  return readFileSync(file);
}

/** A module as a browser takes it, and the modules that it imports. */
function scriptOf(path: string): { text: string; imports: string[] } {
  const source = Buffer.from(read(path)).toString();
  const global = GLOBALS[path];
  if (global !== undefined) {
    const text = source.replace(/^\/\/# sourceMappingURL=.*$/m, "");
    return { text: `${text}\nexport default globalThis.${global};\n`, imports: [] };
  }
  const script = path.endsWith(".ts") ? withoutTypes(source) : source;
  const imports: string[] = [];
  let text = "";
  let end = 0;
  for (const { fileName, pos } of ts.preProcessFile(script, true, true).importedFiles) {
    const target = resolve(path, fileName);
    imports.push(target);
    // the compiler's position is that of the first quote
    text += `${script.slice(end, pos)}"/${target}"`;
    end = pos + fileName.length + 2;
  }
  return { text: text + script.slice(end), imports };
}

function withoutTypes(source: string): string {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  return outputText;
}

/** @returns a path from the repository's root */
function resolve(from: string, name: string): string {
  const target = name.startsWith(".")
    ? posix.join(posix.dirname(from), name)
    : aliases()[name]?.default;
  const path = INSTEAD[target ?? name] ?? target;
  if (path === undefined) {
    throw new Error(`${from} imports ${name}, which is not there in a browser`);
  }
  return posix.normalize(path);
}

/** The names of package.json's "imports". */
function aliases(): Readonly<Record<string, { readonly default: string }>> {
  const manifest = JSON.parse(Buffer.from(read("package.json")).toString()) as {
    readonly imports: Readonly<Record<string, { readonly default: string }>>;
  };
  return manifest.imports;
}
