// The operations that the translated kernel may use, read from the headers that define them.
import { readFileSync } from "node:fs";
import { isType, type Type } from "./types.ts";

export interface Signature {
  /** Its name in C. */
  readonly code: string;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

export type Operations = ReadonlyMap<string, Signature>;

const HEADERS = ["operations.h", "simd.h"];
/** `OP i32 i32_ctz(i32 v) {…` */
const LINE = /^OP (\w+) (\w+)\(([^)]*)\)/gm;

function typeNamed(name: string): Type {
  if (isType(name)) return name;
  throw new Error(`operations: ${name} is no type of AssemblyScript`);
}

/** Reads the headers beside this file. */
export function readOperations(): Operations {
  const operations = new Map<string, Signature>();
  for (const header of HEADERS) {
    const text = readFileSync(new URL(header, import.meta.url), "utf8");
    for (const [, result, code, list] of text.matchAll(LINE)) {
      const parameters = (list ?? "").split(",").flatMap((each) => {
        const [type, name] = each.trim().split(" ");
        return name === undefined ? [] : [typeNamed(type ?? "")];
      });
      operations.set(code ?? "", { code: code ?? "", parameters, result: typeNamed(result ?? "") });
    }
  }
  return operations;
}
