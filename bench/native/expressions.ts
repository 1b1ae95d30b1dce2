// Expressions of the kernel in C. Every one gets its type by asc's rules first, so that a result
// has the width it has in WebAssembly, and C's own promotions change nothing.
import ts from "typescript";
import { operationCall } from "./builtins.ts";
import { TranslationFault } from "./modules.ts";
import type { Operations, Signature } from "./operations.ts";
import * as types from "./types.ts";
import type { Type } from "./types.ts";
import { cast, typeOf, type Value } from "./values.ts";

export type Named =
  | { readonly kind: "value"; readonly code: string; readonly type: Type }
  | { readonly kind: "function"; readonly signature: Signature };

/** Looks a name up where an expression stands. */
export type Find = (name: string) => Named | undefined;

const ARITHMETIC = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusToken, "+"],
  [ts.SyntaxKind.MinusToken, "-"],
  [ts.SyntaxKind.AsteriskToken, "*"],
  [ts.SyntaxKind.SlashToken, "/"],
  [ts.SyntaxKind.PercentToken, "%"],
  [ts.SyntaxKind.AmpersandToken, "&"],
  [ts.SyntaxKind.BarToken, "|"],
  [ts.SyntaxKind.CaretToken, "^"],
]);

const SHIFTS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.LessThanLessThanToken, "<<"],
  [ts.SyntaxKind.GreaterThanGreaterThanToken, ">>"],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, ">>>"],
]);

const COMPARISONS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsToken, "=="],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "=="],
  [ts.SyntaxKind.ExclamationEqualsToken, "!="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "!="],
  [ts.SyntaxKind.LessThanToken, "<"],
  [ts.SyntaxKind.LessThanEqualsToken, "<="],
  [ts.SyntaxKind.GreaterThanToken, ">"],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">="],
]);

const LOGIC = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.AmpersandAmpersandToken, "&&"],
  [ts.SyntaxKind.BarBarToken, "||"],
]);

/** The operator of each `op=`. */
const COMPOUND = new Map<ts.SyntaxKind, ts.SyntaxKind>([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.SlashEqualsToken, ts.SyntaxKind.SlashToken],
  [ts.SyntaxKind.PercentEqualsToken, ts.SyntaxKind.PercentToken],
  [ts.SyntaxKind.AmpersandEqualsToken, ts.SyntaxKind.AmpersandToken],
  [ts.SyntaxKind.BarEqualsToken, ts.SyntaxKind.BarToken],
  [ts.SyntaxKind.CaretEqualsToken, ts.SyntaxKind.CaretToken],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, ts.SyntaxKind.LessThanLessThanToken],
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, ts.SyntaxKind.GreaterThanGreaterThanToken],
  [
    ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken,
    ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
  ],
]);

export class Expressions {
  readonly #find: Find;
  readonly #operations: Operations;

  constructor(find: Find, operations: Operations) {
    this.#find = find;
    this.#operations = operations;
  }

  /** @param wanted the type that a literal takes if it can */
  write(node: ts.Expression, wanted?: Type): Value {
    if (ts.isParenthesizedExpression(node)) return this.write(node.expression, wanted);
    if (ts.isNumericLiteral(node)) return this.#literal(node, false, wanted);
    if (ts.isIdentifier(node)) return this.#named(node);
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { code: "true", type: "bool" };
    if (node.kind === ts.SyntaxKind.FalseKeyword) return { code: "false", type: "bool" };
    if (ts.isAsExpression(node)) {
      const type = typeOf(node.type);
      return cast(this.write(node.expression, type), type);
    }
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isConditionalExpression(node)) return this.#choice(node, wanted);
    if (ts.isPrefixUnaryExpression(node)) return this.#prefix(node, wanted);
    if (ts.isPostfixUnaryExpression(node)) {
      const target = this.#target(node.operand);
      return { code: `(${target.code}${sign(node.operator)})`, type: target.type };
    }
    if (ts.isBinaryExpression(node)) return this.#binary(node, wanted);
    throw new TranslationFault(node, `no translation of ${ts.SyntaxKind[node.kind]}`);
  }

  #literal(node: ts.NumericLiteral, isNegative: boolean, wanted: Type | undefined): Value {
    const text = node.getText().replaceAll("_", "");
    if (!/^0[xbo]/i.test(text) && /[.e]/i.test(text)) {
      return { code: `(${isNegative ? "-" : ""}${text})`, type: wanted === "f32" ? "f32" : "f64" };
    }
    const value = isNegative ? -BigInt(text) : BigInt(text);
    const type = types.literalType(value, wanted);
    return { code: types.literalCode(value, type), type };
  }

  #named(node: ts.Identifier): Value {
    const named = this.#find(node.text);
    if (named?.kind === "value") return named;
    throw new TranslationFault(node, `"${node.text}" is no constant and no variable here`);
  }

  #target(node: ts.Expression): Value {
    if (ts.isIdentifier(node)) return this.#named(node);
    throw new TranslationFault(node, "only variables are assigned to");
  }

  #call(node: ts.CallExpression): Value {
    const { expression } = node;
    const named = ts.isIdentifier(expression) ? this.#find(expression.text) : undefined;
    if (named?.kind !== "function") {
      return operationCall(node, this.#operations, (each, wanted) => this.write(each, wanted));
    }
    const { code, parameters, result } = named.signature;
    if (node.arguments.length !== parameters.length) {
      throw new TranslationFault(node, `${code} takes ${parameters.length} arguments`);
    }
    const list = node.arguments.map((each, i) => this.write(each, parameters[i]).code);
    return { code: `${code}(${list.join(", ")})`, type: result };
  }

  #choice(node: ts.ConditionalExpression, wanted: Type | undefined): Value {
    const condition = this.write(node.condition, "bool");
    const yes = this.write(node.whenTrue, wanted);
    const no = this.write(node.whenFalse, wanted ?? yes.type);
    const type = this.#common(node, yes, no);
    const code = `(${condition.code} ? ${cast(yes, type).code} : ${cast(no, type).code})`;
    return { code, type };
  }

  #prefix(node: ts.PrefixUnaryExpression, wanted: Type | undefined): Value {
    const { operator, operand } = node;
    if (operator === ts.SyntaxKind.ExclamationToken) {
      return { code: `(!${this.write(operand, "bool").code})`, type: "bool" };
    }
    if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken) {
      const target = this.#target(operand);
      return { code: `(${sign(operator)}${target.code})`, type: target.type };
    }
    if (operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(operand)) {
      return this.#literal(operand, true, wanted);
    }
    const value = this.write(operand, wanted);
    const operation = operator === ts.SyntaxKind.MinusToken ? "-" : "~";
    if (operator === ts.SyntaxKind.PlusToken) return value;
    return this.#cut({ code: `(${operation}${value.code})`, type: value.type });
  }

  #binary(node: ts.BinaryExpression, wanted: Type | undefined): Value {
    const { left, right } = node;
    const operator = node.operatorToken.kind;
    if (operator === ts.SyntaxKind.EqualsToken) {
      const target = this.#target(left);
      return {
        code: `(${target.code} = ${this.write(right, target.type).code})`,
        type: target.type,
      };
    }
    const compound = COMPOUND.get(operator);
    if (compound !== undefined) {
      const target = this.#target(left);
      const value = this.#operation(node, compound, target, right);
      return { code: `(${target.code} = ${cast(value, target.type).code})`, type: target.type };
    }
    if (operator === ts.SyntaxKind.CommaToken) {
      const last = this.write(right, wanted);
      return { code: `(${this.write(left).code}, ${last.code})`, type: last.type };
    }
    if (LOGIC.has(operator)) return this.#logic(node, wanted);
    const isComparison = COMPARISONS.has(operator);
    return this.#operation(
      node,
      operator,
      this.write(left, isComparison ? undefined : wanted),
      right,
    );
  }

  /** In asc, a && b is b where a holds: the same as C's where it is asked for as a condition. */
  #logic(node: ts.BinaryExpression, wanted: Type | undefined): Value {
    const left = this.write(node.left, "bool");
    const right = this.write(node.right, "bool");
    if (wanted !== "bool" && (left.type !== "bool" || right.type !== "bool")) {
      throw new TranslationFault(node, "&& and || are of bools, or stand in a condition");
    }
    const operator = LOGIC.get(node.operatorToken.kind) ?? "";
    return { code: `(${left.code} ${operator} ${right.code})`, type: "bool" };
  }

  #operation(node: ts.Node, operator: ts.SyntaxKind, left: Value, rightNode: ts.Expression): Value {
    const right = this.write(rightNode, left.type);
    const shift = SHIFTS.get(operator);
    if (shift !== undefined) return this.#shift(left, shift, right, rightNode);
    const type = this.#common(node, left, right);
    const [a, b] = [cast(left, type).code, cast(right, type).code];
    const comparison = COMPARISONS.get(operator);
    if (comparison !== undefined) return { code: `(${a} ${comparison} ${b})`, type: "bool" };
    const arithmetic = ARITHMETIC.get(operator);
    if (arithmetic === undefined || (arithmetic === "%" && types.isFloat(type))) {
      throw new TranslationFault(node, `no translation of ${ts.SyntaxKind[operator]} here`);
    }
    return this.#cut({ code: `(${a} ${arithmetic} ${b})`, type });
  }

  /** Counts are taken modulo the width; >>> is a shift of the unsigned. */
  #shift(left: Value, operator: string, right: Value, rightNode: ts.Expression): Value {
    const { type } = left;
    const mask = types.shiftMask(type);
    const isPlain = ts.isNumericLiteral(rightNode) && Number(rightNode.text) <= mask;
    const count = isPlain ? rightNode.text : `(${right.code} & ${mask})`;
    if (operator !== ">>>") return this.#cut({ code: `(${left.code} ${operator} ${count})`, type });
    const unsigned = types.unsignedOf(type);
    return cast({ code: `(${cast(left, unsigned).code} >> ${count})`, type: unsigned }, type);
  }

  #common(node: ts.Node, left: Value, right: Value): Type {
    const type = types.commonType(left.type, right.type);
    if (type !== undefined) return type;
    throw new TranslationFault(node, `${left.type} and ${right.type} have no type in common`);
  }

  /** C computes small types as int: the result is cut back to what WebAssembly's would be. */
  #cut(value: Value): Value {
    if (!types.isSmall(value.type)) return value;
    return { code: `((${value.type})${value.code})`, type: value.type };
  }
}

function sign(operator: ts.PrefixUnaryOperator | ts.PostfixUnaryOperator): string {
  return operator === ts.SyntaxKind.PlusPlusToken ? "++" : "--";
}
