// Functions of the kernel in C, statement by statement.
import ts from "typescript";
import { Expressions, type Find, type Named } from "./expressions.ts";
import { TranslationFault } from "./modules.ts";
import type { Operations, Signature } from "./operations.ts";
import type { Type } from "./types.ts";
import { cast, typeOf } from "./values.ts";

/** Of the words that C or the headers keep for themselves, those that a variable may be called. */
const TAKEN = new Set(
  (
    "auto char double extern float goto inline int long register restrict short signed sizeof " +
    "static struct typedef union unsigned volatile call dumped linux unix M OP AT"
  ).split(" "),
);

interface Written {
  /** The function up to its body: also its prototype. */
  readonly head: string;
  readonly body: string;
}

export function writeFunction(
  node: ts.FunctionDeclaration,
  signature: Signature,
  find: Find,
  operations: Operations,
): Written {
  return new FunctionWriter(signature.result, find, operations).write(node, signature);
}

class FunctionWriter {
  readonly #result: Type;
  readonly #expressions: Expressions;
  /** Of each open block, the variables; the innermost last. */
  readonly #blocks: Map<string, Named>[] = [];

  constructor(result: Type, find: Find, operations: Operations) {
    this.#result = result;
    const local: Find = (name) =>
      this.#blocks.findLast((block) => block.has(name))?.get(name) ?? find(name);
    this.#expressions = new Expressions(local, operations);
  }

  write(node: ts.FunctionDeclaration, signature: Signature): Written {
    this.#blocks.push(new Map());
    const list = node.parameters.map((each, i) => {
      const type = signature.parameters[i] ?? "i32";
      return `${type} ${this.#declare(each.name, type)}`;
    });
    const isInline = node.modifiers?.some((each) => each.getText() === "@inline") ?? false;
    const kind = isInline ? "static inline __attribute__((always_inline))" : "static";
    const parameters = list.length === 0 ? "void" : list.join(", ");
    const head = `${kind} ${signature.result} ${signature.code}(${parameters})`;
    if (node.body === undefined) throw new TranslationFault(node, "a function has a body");
    const body = this.#statement(node.body, "");
    this.#blocks.pop();
    return { head, body };
  }

  /** Makes a variable known. @returns its name in C */
  #declare(name: ts.BindingName, type: Type): string {
    if (!ts.isIdentifier(name)) throw new TranslationFault(name, "variables are named one by one");
    const code = TAKEN.has(name.text) ? `${name.text}_` : name.text;
    this.#blocks.at(-1)?.set(name.text, { kind: "value", code, type });
    return code;
  }

  #condition(node: ts.Expression): string {
    return this.#expressions.write(node, "bool").code;
  }

  #statement(node: ts.Statement, indent: string): string {
    const deeper = `${indent}  `;
    if (ts.isBlock(node)) {
      const lines = this.#block(() => node.statements.map((s) => this.#statement(s, deeper)));
      return `{\n${lines.map((line) => `${deeper}${line}\n`).join("")}${indent}}`;
    }
    if (ts.isVariableStatement(node)) return this.#variables(node.declarationList);
    if (ts.isExpressionStatement(node)) return `${this.#expressions.write(node.expression).code};`;
    if (ts.isIfStatement(node)) {
      const then = this.#arm(node.thenStatement, indent);
      const head = `if (${this.#condition(node.expression)}) ${then}`;
      if (node.elseStatement === undefined) return head;
      return `${head} else ${this.#arm(node.elseStatement, indent)}`;
    }
    if (ts.isWhileStatement(node)) {
      return `while (${this.#condition(node.expression)}) ${this.#arm(node.statement, indent)}`;
    }
    if (ts.isDoStatement(node)) {
      const body = this.#arm(node.statement, indent);
      return `do ${body} while (${this.#condition(node.expression)});`;
    }
    if (ts.isForStatement(node)) return this.#for(node, indent);
    if (ts.isReturnStatement(node)) {
      if (node.expression === undefined) return "return;";
      const value = this.#expressions.write(node.expression, this.#result);
      return `return ${cast(value, this.#result).code};`;
    }
    if (ts.isBreakStatement(node) && node.label === undefined) return "break;";
    if (ts.isContinueStatement(node) && node.label === undefined) return "continue;";
    if (ts.isEmptyStatement(node)) return ";";
    throw new TranslationFault(node, `no translation of ${ts.SyntaxKind[node.kind]}`);
  }

  /** What an if or a loop holds: in brackets, so that an else belongs to whom it did. */
  #arm(node: ts.Statement, indent: string): string {
    if (ts.isBlock(node)) return this.#statement(node, indent);
    const inner = this.#block(() => this.#statement(node, `${indent}  `));
    return `{ ${inner} }`;
  }

  #for(node: ts.ForStatement, indent: string): string {
    const { initializer, condition, incrementor } = node;
    return this.#block(() => {
      let start = "";
      if (initializer !== undefined) {
        start = ts.isVariableDeclarationList(initializer)
          ? this.#variables(initializer)
          : `${this.#expressions.write(initializer).code};`;
      }
      const test = condition === undefined ? "" : ` ${this.#condition(condition)}`;
      const step = incrementor === undefined ? "" : ` ${this.#expressions.write(incrementor).code}`;
      // the variables may be of several types, which C's own for does not take
      return `{ ${start} for (;${test};${step}) ${this.#arm(node.statement, indent)} }`;
    });
  }

  #variables(list: ts.VariableDeclarationList): string {
    const lines = list.declarations.map((each) => {
      const wanted = each.type === undefined ? undefined : typeOf(each.type);
      if (each.initializer === undefined) {
        if (wanted === undefined) throw new TranslationFault(each, "a variable without a type");
        // WebAssembly's locals begin as zero
        return `${wanted} ${this.#declare(each.name, wanted)} = {0};`;
      }
      const value = this.#expressions.write(each.initializer, wanted);
      const type = wanted ?? value.type;
      return `${type} ${this.#declare(each.name, type)} = ${cast(value, type).code};`;
    });
    return lines.join(" ");
  }

  #block<T>(write: () => T): T {
    this.#blocks.push(new Map());
    const written = write();
    this.#blocks.pop();
    return written;
  }
}
