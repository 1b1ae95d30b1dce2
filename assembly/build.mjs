// Makes build/kernel.wasm, build/motion.wasm (asc) and build/twin/*.js (tsc) from this folder: one
// source, two engines. The twin's modules are joined into one function, so that each call of it is
// a world of its own. `--parts` makes the kernel in parts as well, which only the benchmarks open.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "assemblyscript/binaryen";
import ts from "typescript";
import { flagsOf, freshFolder, moveIntoPlace } from "./into-place.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const flags = flagsOf("assembly/build.mjs", ["--parts"]);
const folder = freshFolder();
const twin = `${folder}/twin/`;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** tsc over this folder: twin/*.js and their declarations. */
function compileTwin() {
  const path = `${root}assembly/tsconfig.json`;
  const { config } = ts.readConfigFile(path, (file) => readFileSync(file, "utf8"));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, `${root}assembly`);
  const program = ts.createProgram(parsed.fileNames, { ...parsed.options, outDir: twin });
  const result = program.emit();
  const faults = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics];
  if (faults.length > 0) {
    fail(
      ts.formatDiagnostics(faults, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => root,
        getNewLine: () => "\n",
      }),
    );
  }
}

/** asc wants imports without an extension, Node wants them with one. */
function nameExtensions() {
  for (const name of readdirSync(twin)) {
    const text = readFileSync(twin + name, "utf8");
    writeFileSync(twin + name, text.replace(/from "(\.\/\w+)";/g, 'from "$1.js";'));
  }
}

/** The JavaScript spelling takes the place of the AssemblyScript one. */
function spellTwin(name) {
  writeFileSync(`${twin}${name}.js`, readFileSync(`${twin}${name}.twin.js`, "utf8"));
  for (const end of ["twin.js", "twin.d.ts"]) rmSync(`${twin}${name}.${end}`);
}

const OUTSIDE = new Set(["layout", "scalars", "mix", "motion"]);
/** Types of what an entry of the kernel may export. */
const CALLS = {
  adoptState: "(): void",
  digestView: "(row: number): void",
  frameAgain: "(): void",
  indexIsSound: "(): number",
  layoutMark: "(): number",
  listTold: "(row: number): void",
  observe: "(): void",
  observeSets: "(): void",
  query: "(x: number, y: number, radius: number): void",
  queryNearest: "(x: number, y: number, most: number, radius: number): void",
  queryRectangle: "(minX: number, minY: number, maxX: number, maxY: number): void",
  rebuildIndex: "(): void",
  rehashState: "(): void",
  reindex: "(): void",
  reindexIfDue: "(): void",
  reinsert: "(count: number): void",
  step: "(): void",
  takeIntents: "(): void",
};

/** Reads a module and, before it, what it imports; each once. */
function collect(name, seen) {
  if (seen.has(name)) return;
  const text = readFileSync(`${twin}${name}.js`, "utf8");
  const source = ts.createSourceFile(`${name}.js`, text, ts.ScriptTarget.ES2022, true);
  const imports = source.statements.filter(ts.isImportDeclaration);
  seen.set(name, null);
  for (const i of imports) {
    const from = i.moduleSpecifier.text.slice(2, -3);
    if (!OUTSIDE.has(from)) collect(from, seen);
  }
  seen.delete(name);
  seen.set(name, { text, source });
}

/** The names that a module exports, its own and those it passes on. */
function exportsOf(source) {
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      return statement.exportClause.elements.map((e) => e.name.text);
    }
    if (!ts.isFunctionDeclaration(statement)) return [];
    return statement.modifiers?.length > 0 ? [statement.name.text] : [];
  });
}

/** Joins the twin's modules into `create<Name>`, all names in one scope. */
function joinTwin(entry, file, name) {
  const modules = new Map();
  collect(entry, modules);
  const outside = new Map();
  const names = new Map();
  let body = "";
  for (const [module, { text, source }] of modules) {
    body += `\n  // ---- ${module}\n`;
    for (const statement of source.statements) {
      if (ts.isExportDeclaration(statement)) continue;
      if (ts.isImportDeclaration(statement)) {
        const from = statement.moduleSpecifier.text;
        if (!OUTSIDE.has(from.slice(2, -3))) continue;
        const set = outside.get(from) ?? new Set();
        for (const e of statement.importClause.namedBindings.elements) set.add(e.name.text);
        outside.set(from, set);
        continue;
      }
      const declared = ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map((d) => d.name.text)
        : [statement.name.text];
      for (const d of declared) {
        if (names.has(d)) fail(`twin: "${d}" stands in ${names.get(d)} and ${module}; rename one`);
        names.set(d, module);
      }
      body += text.slice(statement.getStart(), statement.end).replace(/^export /, "") + "\n";
    }
  }
  const exported = exportsOf(modules.get(entry).source);
  let head = "// Made by assembly/build.mjs.\n";
  for (const [from, set] of outside) head += `import { ${[...set].join(", ")} } from "${from}";\n`;
  const made = `return { memory, ${exported.join(", ")} };`;
  const code = `${head}export function create${name}() {\n${body}\n${made}\n}\n`;
  writeFileSync(`${twin}${file}.js`, code);
  const lines = exported.map((e) => `  ${e}${CALLS[e] ?? fail(`twin: no type for ${e}`)};`);
  writeFileSync(
    `${twin}${file}.d.ts`,
    `export interface ${name} {\n  readonly memory: ArrayBuffer;\n${lines.join("\n")}\n}\n` +
      "/** A world of its own: the kernel in JavaScript over one buffer. */\n" +
      `export declare function create${name}(): ${name};\n`,
  );
}

/** What asconfig.json's targets are written to. */
const FILES = {
  release: "kernel.wasm",
  scalar: "kernel.scalar.wasm",
  checked: "kernel.checked.wasm",
  motion: "motion.wasm",
  parts: "parts.wasm",
  "parts-scalar": "parts.scalar.wasm",
};

/** asc reads scan.simd.ts where the source says scan.ts, and so on, unless the target is scalar. */
function readerFor(target) {
  const scalar = target.endsWith("scalar");
  return async (name, folder) => {
    const path = resolve(folder, name);
    const simd = path.replace(/\.ts$/, ".simd.ts");
    return readFile(!scalar && existsSync(simd) ? simd : path, "utf8").catch(() => null);
  };
}

const { Features } = binaryen;
/**
 * What a module may use: asc's own defaults, SIMD, and blocks of several values. Node 20 knows them
 * all; types written in groups, as the garbage collector's are, it does not.
 */
const FEATURES =
  Features.MutableGlobals |
  Features.SignExt |
  Features.NontrappingFPToInt |
  Features.BulkMemory |
  Features.BulkMemoryOpt |
  Features.Multivalue |
  Features.SIMD128;

/**
 * A second pass over a module, which puts small functions into their callers more eagerly than asc
 * does: a step takes a tenth less time.
 */
function inlineMore(file, isSimd) {
  const module = binaryen.readBinary(readFileSync(file));
  module.setFeatures(FEATURES);
  binaryen.setDebugInfo(true);
  binaryen.setOptimizeLevel(4);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(100);
  binaryen.setFlexibleInlineMaxSize(400);
  binaryen.setOneCallerInlineMaxSize(10000);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  module.optimize();
  module.optimize();
  if (isSimd && !module.emitText().includes("i32x4.dot_i16x8_s")) fail(`${file}: no SIMD scan`);
  if (!module.validate()) fail(`${file} is no module after the second pass`);
  writeFileSync(file, module.emitBinary());
  module.dispose();
}

/** Flags of a module that has the whole memory map. */
async function wholeMemory() {
  const { END, PAGES } = await import(pathToFileURL(`${twin}layout.js`).href);
  const base = Math.ceil(END / 65536) * 65536;
  const pages = String(PAGES);
  return ["--memoryBase", String(base), "--initialMemory", pages, "--maximumMemory", pages];
}

async function compileWasm(entry, targets, sized) {
  for (const target of targets) {
    const file = `${folder}/${FILES[target]}`;
    const { error, stderr } = await asc.main(
      [
        fileURLToPath(new URL(entry, import.meta.url)),
        "--config",
        "asconfig.json",
        "--target",
        target,
        "--outFile",
        relative(root, file),
        ...sized,
      ],
      { readFile: readerFor(target) },
    );
    if (error) fail(`${stderr.toString()}\n${error.message}`);
    const warnings = stderr.toString();
    if (/WARNING/.test(warnings)) fail(warnings);
    if (target !== "checked" && target !== "motion") inlineMore(file, !target.endsWith("scalar"));
  }
}

process.chdir(root);
compileTwin();
nameExtensions();
spellTwin("columns");
spellTwin("scalars");
joinTwin("step", "kernel", "Twin");
joinTwin("parts", "kernel-parts", "TwinParts");
const sized = await wholeMemory();
await compileWasm("./index.ts", ["release", "scalar", "checked"], sized);
// The movement rule alone, by which a page may predict.
await compileWasm("./motion.ts", ["motion"], []);
if (flags.includes("--parts")) await compileWasm("./parts.ts", ["parts", "parts-scalar"], sized);
moveIntoPlace(folder);
