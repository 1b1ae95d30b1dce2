// What a message holds, as TypeScript reads it out of the text of a .proto: the same dialect as
// proto.ts, one rule a type. Only types; nothing of it is left at run time.

/** Kinds of fields that are no messages, and what they are in JavaScript. */
interface Scalars {
  double: number;
  float: number;
  int32: number;
  uint32: number;
  sint32: number;
  fixed32: number;
  sfixed32: number;
  int64: bigint;
  uint64: bigint;
  sint64: bigint;
  fixed64: bigint;
  sfixed64: bigint;
  bool: boolean;
  string: string;
  bytes: Uint8Array;
}

/** Comments, one after the other. */
type WithoutLines<Text extends string> = Text extends `${infer Before}//${infer After}`
  ? After extends `${string}\n${infer Rest}`
    ? WithoutLines<`${Before}\n${Rest}`>
    : Before
  : Text;
type WithoutBlocks<Text extends string> = Text extends `${infer Before}/*${string}*/${infer After}`
  ? WithoutBlocks<`${Before} ${After}`>
  : Text;

type Replaced<
  Text extends string,
  From extends string,
  To extends string,
> = Text extends `${infer Before}${From}${infer After}`
  ? Replaced<`${Before}${To}${After}`, From, To>
  : Text;
/** One blank where any white space was, and one before each brace. */
type Plain<Text extends string> = Replaced<
  Replaced<
    Replaced<
      Replaced<
        Replaced<
          Replaced<Replaced<WithoutBlocks<WithoutLines<Text>>, "\r", " ">, "\n", " ">,
          "\t",
          " "
        >,
        "        ",
        " "
      >,
      "   ",
      " "
    >,
    "  ",
    " "
  >,
  " {",
  "{"
>;

type Trimmed<Text extends string> = Text extends ` ${infer Rest}`
  ? Trimmed<Rest>
  : Text extends `${infer Rest} `
    ? Trimmed<Rest>
    : Text;

/** What stands between the braces of a message or an enum. */
type BodyOf<
  Proto extends string,
  What extends string,
  Name extends string,
> = ` ${Proto}` extends `${string}${" " | ";" | "}"}${What} ${Name}{${infer Rest}`
  ? Rest extends `${infer Body}}${string}`
    ? Body
    : never
  : never;

/** Statements as a union of pairs [label, type, name]. */
type Statements<Body extends string, Found = never> = Body extends `${infer One};${infer Rest}`
  ? Statements<Rest, Found | Statement<Trimmed<One>>>
  : Found;
type Statement<Text extends string> = Text extends `${"reserved" | "option"} ${string}`
  ? never
  : Text extends `repeated ${infer Rest}`
    ? Named<"repeated", Trimmed<Rest>>
    : Text extends `optional ${infer Rest}`
      ? Named<"optional", Trimmed<Rest>>
      : Named<"", Text>;
type Named<Label extends string, Text extends string> = Text extends `${infer Type} ${infer Rest}`
  ? Rest extends `${infer Name}=${string}`
    ? [Label, Type, Trimmed<Name>]
    : never
  : never;

type TypeOf<Proto extends string, Type extends string> = Type extends keyof Scalars
  ? Scalars[Type]
  : [BodyOf<Proto, "enum", Type>] extends [never]
    ? MessageOf<Proto, Type>
    : number;

/** Whether a field may be absent: it is marked so, or it is a message. */
type IsOptional<
  Proto extends string,
  Label extends string,
  Type extends string,
> = Label extends "repeated"
  ? false
  : Label extends "optional"
    ? true
    : Type extends keyof Scalars
      ? false
      : [BodyOf<Proto, "enum", Type>] extends [never]
        ? true
        : false;

type Field = [string, string, string];
type MessageOf<Proto extends string, Name extends string> = [
  BodyOf<Proto, "message", Name>,
] extends [never]
  ? never
  : FieldsOf<Proto, Statements<BodyOf<Proto, "message", Name>>>;
type FieldsOf<Proto extends string, All> = {
  -readonly [
    One in All as One extends Field
      ? IsOptional<Proto, One[0], One[1]> extends true
        ? never
        : One[2]
      : never
  ]: One extends Field
    ? One[0] extends "repeated"
      ? TypeOf<Proto, One[1]>[]
      : TypeOf<Proto, One[1]>
    : never;
} & {
  -readonly [
    One in All as One extends Field
      ? IsOptional<Proto, One[0], One[1]> extends true
        ? One[2]
        : never
      : never
  ]?: One extends Field ? TypeOf<Proto, One[1]> : never;
};

type Flat<Value> = { [Key in keyof Value]: Value[Key] };

/**
 * What `decode` returns for a message of a .proto: every field that is not `optional` and no
 * message, under its own name. Where the text is not known to TypeScript: anything.
 */
export type ValueOf<Proto extends string, Name extends string> = string extends Proto
  ? Record<string, unknown>
  : Flat<MessageOf<Plain<Proto>, Name>>;

/** What `encode` takes: the same, where fields that are left out are 0, empty or absent. */
export type Draft<Value> = Value extends number | bigint | boolean | string | Uint8Array
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly Draft<Item>[]
    : { readonly [Key in keyof Value]?: Draft<Value[Key]> };
