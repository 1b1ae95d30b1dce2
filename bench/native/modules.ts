// The kernel's modules in the order in which C must see them: what is imported stands first.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface Module {
  readonly name: string;
  readonly source: ts.SourceFile;
  /** By the name used here: the module it comes from, and its name there. */
  readonly imports: ReadonlyMap<string, Origin>;
}

export interface Origin {
  readonly module: string;
  readonly name: string;
}

/** What the source says is wrong for C: with its place. */
export class TranslationFault extends Error {
  constructor(node: ts.Node, message: string) {
    const source = node.getSourceFile();
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
    super(`${source.fileName}:${line + 1}:${character + 1}: ${message}`);
  }
}

/** The SIMD spelling where there is one, as the WebAssembly kernel's release build takes it. */
function spellingOf(folder: string, name: string): string {
  const simd = join(folder, `${name}.simd.ts`);
  return existsSync(simd) ? simd : join(folder, `${name}.ts`);
}

function nameOf(specifier: ts.Expression): string {
  if (ts.isStringLiteral(specifier) && /^\.\/[\w.]+$/.test(specifier.text))
    return specifier.text.slice(2);
  throw new TranslationFault(specifier, "an import is of a file beside it: ./name");
}

/** The modules that `entry` needs, each behind those it imports. */
export function collectModules(folder: string, entry: string): Module[] {
  const done: Module[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const path = spellingOf(folder, name);
    const text = readFileSync(path, "utf8");
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    const imports = new Map<string, Origin>();
    for (const statement of source.statements) {
      for (const [as, origin] of originsOf(statement)) {
        visit(origin.module);
        imports.set(as, origin);
      }
    }
    done.push({ name, source, imports });
  };
  visit(entry);
  return done;
}

/** What a statement takes from other modules. */
function originsOf(statement: ts.Statement): [string, Origin][] {
  const isImport = ts.isImportDeclaration(statement);
  if (!isImport && !ts.isExportDeclaration(statement)) return [];
  const bindings = isImport ? statement.importClause?.namedBindings : statement.exportClause;
  if (
    statement.moduleSpecifier === undefined ||
    bindings === undefined ||
    !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))
  ) {
    throw new TranslationFault(statement, "imports and exports of modules are by name: { a, b }");
  }
  const module = nameOf(statement.moduleSpecifier);
  return bindings.elements.map((element) => [
    element.name.text,
    { module, name: (element.propertyName ?? element.name).text },
  ]);
}
