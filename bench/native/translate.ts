// The kernel's AssemblyScript as one file of C: functions become static functions, constants become
// constants, names get their module before them. What has no translation is refused with its place.
import ts from "typescript";
import { Expressions, type Find, type Named } from "./expressions.ts";
import { collectModules, type Module, TranslationFault } from "./modules.ts";
import type { Operations, Signature } from "./operations.ts";
import { writeFunction } from "./statements.ts";
import { isInteger } from "./types.ts";
import { typeOf } from "./values.ts";

interface Export {
  readonly name: string;
  readonly signature: Signature;
}

/** What stands at the top of a module, by its name there. */
type Scope = Map<string, Named>;

class Translator {
  readonly #operations: Operations;
  readonly #scopes = new Map<string, Scope>();
  readonly #constants: string[] = [];
  readonly #variables: string[] = [];
  readonly #prototypes: string[] = [];
  readonly #bodies: string[] = [];

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** All modules, in order; each sees what stands before it, and every function. */
  translate(modules: readonly Module[], entry: string): string {
    for (const module of modules) this.#declareFunctions(module);
    for (const module of modules) this.#declareConstants(module);
    for (const module of modules) this.#writeBodies(module);
    return [
      "// Made by bench/native/translate.ts from assembly/*.ts.\n",
      ...this.#constants,
      "\n#define MEMORY_BYTES ((usize)layout_PAGES * 65536)",
      '#include "operations.h"\n',
      ...this.#variables,
      ...this.#prototypes,
      "",
      ...this.#bodies,
      ...modules.filter(({ name }) => name === entry).map((m) => dispatch(this.#exportsOf(m))),
    ].join("\n");
  }

  #scope(name: string): Scope {
    const scope = this.#scopes.get(name) ?? new Map<string, Named>();
    this.#scopes.set(name, scope);
    return scope;
  }

  #findIn(module: Module): Find {
    return (name) => {
      const own = this.#scope(module.name).get(name);
      const origin = module.imports.get(name);
      return own ?? (origin && this.#scope(origin.module).get(origin.name));
    };
  }

  #declareFunctions(module: Module): void {
    const scope = this.#scope(module.name);
    for (const statement of module.source.statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.body === undefined) continue;
      if (statement.typeParameters !== undefined || statement.name === undefined) {
        throw new TranslationFault(statement, "no translation of a generic or nameless function");
      }
      const parameters = statement.parameters.map((each) => {
        if (each.type !== undefined && each.initializer === undefined) return typeOf(each.type);
        throw new TranslationFault(each, "a parameter has a type and no default");
      });
      const result = statement.type === undefined ? "void" : typeOf(statement.type);
      const code = `${module.name}_${statement.name.text}`;
      scope.set(statement.name.text, { kind: "function", signature: { code, parameters, result } });
    }
  }

  #declareConstants(module: Module): void {
    const expressions = new Expressions(this.#findIn(module), this.#operations);
    const known = new Set([
      ts.SyntaxKind.ImportDeclaration,
      ts.SyntaxKind.ExportDeclaration,
      ts.SyntaxKind.FunctionDeclaration,
    ]);
    for (const statement of module.source.statements) {
      if (known.has(statement.kind)) continue;
      if (!ts.isVariableStatement(statement)) {
        throw new TranslationFault(statement, "a module has constants and functions only");
      }
      const isConstant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      for (const each of statement.declarationList.declarations) {
        this.#declareConstant(module, each, isConstant, expressions);
      }
    }
  }

  #declareConstant(
    module: Module,
    node: ts.VariableDeclaration,
    isConstant: boolean,
    expressions: Expressions,
  ): void {
    if (node.initializer === undefined) throw new TranslationFault(node, "a constant has a value");
    const wanted = node.type === undefined ? undefined : typeOf(node.type);
    const value = expressions.write(node.initializer, wanted);
    const type = wanted ?? value.type;
    const name = node.name.getText();
    const code = `${module.name}_${name}`;
    if (!isConstant) this.#variables.push(`static ${type} ${code} = ${value.code};`);
    else if (type === "i32") this.#constants.push(`enum { ${code} = ${value.code} };`);
    // not an enumerator, as those are int; a macro's value is folded where it is used
    else this.#constants.push(`#define ${code} ((${type})${value.code})`);
    this.#scope(module.name).set(name, { kind: "value", code, type });
  }

  #writeBodies(module: Module): void {
    for (const statement of module.source.statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.body === undefined) continue;
      const named = this.#scope(module.name).get(statement.name?.text ?? "");
      if (named?.kind !== "function") continue;
      const find = this.#findIn(module);
      const { head, body } = writeFunction(statement, named.signature, find, this.#operations);
      this.#prototypes.push(`${head};`);
      this.#bodies.push(`${head} ${body}\n`);
    }
  }

  /** What the entry passes on, and what it exports of its own. */
  #exportsOf(entry: Module): Export[] {
    const find = this.#findIn(entry);
    return exportedNames(entry.source).flatMap((name) => {
      const named = find(name);
      return named?.kind === "function" ? [{ name, signature: named.signature }] : [];
    });
  }
}

function exportedNames(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      return clause !== undefined && ts.isNamedExports(clause)
        ? clause.elements.map((element) => element.name.text)
        : [];
    }
    if (!ts.isFunctionDeclaration(statement)) return [];
    const isExported = statement.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
    return isExported === true && statement.name !== undefined ? [statement.name.text] : [];
  });
}

/** `call(i, words)`: the exported functions by number, and EXPORTS, their names in that order. */
function dispatch(exports: readonly Export[]): string {
  const cases = exports.map(({ name, signature }, i) => {
    const { code, parameters, result } = signature;
    if (![...parameters, result].every((type) => isInteger(type) || /bool|void/.test(type))) {
      throw new Error(`the export ${name} takes or gives more than integers`);
    }
    const list = parameters.map((type, k) => `(${type})words[${k}]`).join(", ");
    const call = `${code}(${list})`;
    return result === "void"
      ? `    case ${i}: ${call}; return 0;`
      : `    case ${i}: return (i32)${call};`;
  });
  const names = exports.map(({ name }) => name).join(" ");
  return [
    `static const char EXPORTS[] = "${names}";`,
    "static i32 call(u32 number, const i32 *words) {",
    "  (void)words;",
    "  switch (number) {",
    ...cases,
    "    default: return -1;",
    "  }",
    "}\n",
  ].join("\n");
}

/**
 * @param folder of the AssemblyScript
 * @param entry the module whose exports are the kernel's doors
 * @returns C; it includes operations.h
 * @throws TranslationFault for what has no translation
 */
export function translate(folder: string, entry: string, operations: Operations): string {
  return new Translator(operations).translate(collectModules(folder, entry), entry);
}
