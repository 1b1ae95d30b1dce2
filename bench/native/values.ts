// A value of the kernel as C: its text, and the type it has in the source.
import type ts from "typescript";
import { TranslationFault } from "./modules.ts";
import { isType, type Type } from "./types.ts";

/** An expression in C, which may stand anywhere without further brackets. */
export interface Value {
  readonly code: string;
  readonly type: Type;
}

/** The type that `node` names. */
export function typeOf(node: ts.TypeNode): Type {
  const name = node.getText();
  if (isType(name)) return name;
  throw new TranslationFault(node, `no type "${name}": only the numbers, bool, v128 and void`);
}

/** `value` in another type, as `as` makes it. */
export function cast(value: Value, type: Type): Value {
  if (value.type === type) return value;
  // an address of the source has 32 bits, whatever C's has
  const isWide = value.type === "i64" || value.type === "u64";
  const through = isWide && type === "usize" ? "(u32)" : "";
  return { code: `((${type})${through}${value.code})`, type };
}
