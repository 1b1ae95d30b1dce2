// Calls of what asc offers without an import: loads, stores, bit counts, Math, SIMD. By their names
// they lead to the operations of the headers; one that does not is refused by name.
import ts from "typescript";
import { TranslationFault } from "./modules.ts";
import type { Operations } from "./operations.ts";
import * as types from "./types.ts";
import type { Type } from "./types.ts";
import { cast, typeOf, type Value } from "./values.ts";

type Write = (node: ts.Expression, wanted?: Type) => Value;

/** Bytes by type, as the source counts them. */
function sizeOf(type: Type): bigint {
  return BigInt((types.shiftMask(type) + 8) >> 3);
}

/** Operations that do not care for the sign of their type. */
const SIGNLESS = new Set(["ctz", "clz", "popcnt", "rotl", "rotr"]);
const SIGNED = new Set(["min", "max", "abs", "select"]);

/** `v128.add<i16>` is i16x8.add. */
const LANES: Readonly<Record<string, string>> = {
  i8: "i8x16",
  u8: "i8x16",
  i16: "i16x8",
  u16: "i16x8",
  i32: "i32x4",
  u32: "i32x4",
  i64: "i64x2",
  u64: "i64x2",
};

/** A call of asc's own: `name(…)`, `name<T>(…)` or `space.name(…)`. */
export function operationCall(
  node: ts.CallExpression,
  operations: Operations,
  write: Write,
): Value {
  const { expression } = node;
  const typeNode = node.typeArguments?.[0];
  const type = typeNode === undefined ? undefined : typeOf(typeNode);
  const first = node.arguments[0];
  const call = (code: string, result?: Type): Value =>
    callOf(node, code, result, operations, write);
  if (ts.isIdentifier(expression)) {
    const name = expression.text;
    if (types.isType(name) && first !== undefined) return cast(write(first, name), name);
    if (operations.has(name)) return call(name);
    if (name === "assert" && first !== undefined) return write(first);
    if (type !== undefined && name === "sizeof") {
      return { code: types.literalCode(sizeOf(type), "usize"), type: "usize" };
    }
    if (type !== undefined && name === "changetype" && first !== undefined)
      return cast(write(first), type);
    if (type !== undefined && (name === "load" || name === "store"))
      return call(`${name}_${widthOf(type)}`, name === "load" ? type : undefined);
    if (first !== undefined && (SIGNLESS.has(name) || SIGNED.has(name)))
      return generic(name, type ?? write(first).type, call);
  }
  if (ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression)) {
    const space = expression.expression.text;
    const name = expression.name.text;
    if (space === "Math") return call(`f64_${name}`);
    if (space === "v128" && type !== undefined) return laneCall(name, type, operations, call);
    const access = /^(load|store)(8|16|32)?(?:_([su]))?$/.exec(name);
    if (access !== null && types.isType(space) && space !== "v128") {
      const [, verb, bits, sign] = access;
      const stored = bits === undefined ? space : `${sign === "s" ? "i" : "u"}${bits}`;
      return call(`${verb ?? ""}_${stored}`, verb === "load" ? space : undefined);
    }
    return call(`${space}_${name}`);
  }
  return call(expression.getText());
}

/** Addresses in memory have 32 bits. */
function widthOf(type: Type): string {
  if (type === "usize") return "u32";
  if (type === "isize") return "i32";
  return type === "bool" ? "u8" : type;
}

function generic(name: string, type: Type, call: (code: string, result?: Type) => Value): Value {
  if (SIGNED.has(name)) {
    if (name === "select" && type === "usize") return call("usize_select");
    const wide = types.isSmall(type) ? "i32" : widthOf(type);
    return call(`${wide}_${name}`, type);
  }
  const wide = types.isSmall(type) ? "i32" : types.signlessOf(widthOf(type) as Type);
  return call(`${wide}_${name}`, type);
}

function laneCall(
  name: string,
  type: Type,
  operations: Operations,
  call: (code: string, result?: Type) => Value,
): Value {
  const lanes = LANES[type] ?? type;
  const bits = String(types.shiftMask(type) + 1);
  const sign = type.startsWith("u") ? "u" : "s";
  const codes = [`${lanes}_${name}`, `${lanes}_${name}_${sign}`];
  codes.push(`v128_${name.replace(/^(load|store)(?=_(?:lane|splat|zero)$)/, `$1${bits}`)}`);
  return call(codes.find((code) => operations.has(code)) ?? `${lanes}_${name}`);
}

/** Offsets are optional in asc, and so are alignments behind them, which say nothing to C. */
function callOf(
  node: ts.CallExpression,
  code: string,
  result: Type | undefined,
  operations: Operations,
  write: Write,
): Value {
  const operation = operations.get(code);
  if (operation === undefined) {
    const name = node.expression.getText();
    throw new TranslationFault(node, `no operation ${code} for "${name}": add it to the headers`);
  }
  const { parameters } = operation;
  const takesOffset = parameters.at(-1) === "usize";
  const given = takesOffset ? node.arguments.slice(0, parameters.length) : [...node.arguments];
  const list = given.map((each, i) => write(each, parameters[i]).code);
  if (takesOffset && list.length === parameters.length - 1) list.push("0");
  if (list.length !== parameters.length) {
    throw new TranslationFault(node, `${code} takes ${parameters.length} arguments`);
  }
  const value = { code: `${code}(${list.join(", ")})`, type: operation.result };
  return result === undefined ? value : cast(value, result);
}
