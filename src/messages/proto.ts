// Reads the .proto of an application: messages and enums at the top, fields of every scalar kind,
// of enums and of messages, `repeated` and `optional`. What it does not read it refuses in words.

export const SCALARS = [
  ...["double", "float", "int32", "uint32", "sint32", "fixed32", "sfixed32"],
  ...["int64", "uint64", "sint64", "fixed64", "sfixed64", "bool", "string", "bytes"],
];

export interface Field {
  readonly name: string;
  readonly number: number;
  /** One of SCALARS, or the name of an enum or message. */
  readonly type: string;
  readonly label: "" | "repeated" | "optional";
}

export interface Proto {
  /** By name, in the order of the text. */
  readonly messages: ReadonlyMap<string, readonly Field[]>;
  readonly enums: ReadonlySet<string>;
}

const COMMENTS = /\/\/[^\n]*|\/\*[^]*?\*\//g;
const TOKENS = /[\w.]+|"[^"]*"|'[^']*'|[^\s]/g;
const NAME = /^[a-zA-Z]\w*$/;
const FIELD_MAX = 536_870_911;

/** @throws SyntaxError for what it does not read, with the place */
export function parseProto(text: string): Proto {
  const tokens = text.replace(COMMENTS, " ").match(TOKENS) ?? [];
  const messages = new Map<string, Field[]>();
  const enums = new Set<string>();
  let at = 0;
  const next = (): string => tokens[at++] ?? "the end";
  const fail = (wanted: string): never => {
    const near = tokens.slice(Math.max(0, at - 4), at + 2).join(" ");
    throw new SyntaxError(`the .proto says "${near}", where ${wanted} should be.`);
  };
  const take = (wanted: string): void => {
    if (next() !== wanted) fail(`"${wanted}"`);
  };
  const skipStatement = (): void => {
    while (at < tokens.length && next() !== ";");
  };
  const name = (): string => {
    const found = next();
    return NAME.test(found) ? found : fail("a name");
  };

  const field = (fields: Field[], first: string): void => {
    const label = first === "repeated" || first === "optional" ? first : "";
    const type = label === "" ? first : next();
    if (
      !NAME.test(type) ||
      ["oneof", "map", "message", "enum", "group", "extensions"].includes(type)
    )
      fail("a field of a scalar, an enum or a message");
    const field = { name: name(), number: 0, type, label } as const;
    take("=");
    const number = Number(next());
    if (!Number.isInteger(number) || number < 1 || number > FIELD_MAX) fail("a field number");
    skipStatement();
    if (fields.some((other) => other.number === number || other.name === field.name))
      fail("a field of another name and number");
    fields.push({ ...field, number });
  };

  while (at < tokens.length) {
    const what = next();
    if (what === ";") continue;
    if (what === "syntax") {
      take("=");
      if (!/proto3/.test(next())) fail('"proto3"');
      skipStatement();
    } else if (what === "package" || what === "option") skipStatement();
    else if (what === "message") {
      const fields: Field[] = [];
      messages.set(name(), fields);
      take("{");
      for (let first = next(); first !== "}"; first = next())
        if (first === "reserved" || first === "option") skipStatement();
        else field(fields, first);
    } else if (what === "enum") {
      enums.add(name());
      take("{");
      while (next() !== "}") if (at > tokens.length) fail('"}"');
    } else fail("a message or an enum");
  }
  for (const fields of messages.values())
    for (const { type } of fields)
      if (!SCALARS.includes(type) && !messages.has(type) && !enums.has(type))
        throw new SyntaxError(
          `the .proto has a field of type ${type}, and no such message or enum.`,
        );
  return { messages, enums };
}
