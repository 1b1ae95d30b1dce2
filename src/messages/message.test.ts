// An application's messages against protobufjs, which reads the same .proto by itself.
import { describe, expect, expectTypeOf, test } from "vitest";
import protobuf from "protobufjs";
import { hostileFrame, randomFrom } from "../../test/mutator.ts";
import { defineMessage } from "./message.ts";
import { parseProto } from "./proto.ts";

const GAME = `
  syntax = "proto3"; // of a game
  package game;

  enum Colour { RED = 0; BLUE = 1; }

  /* Who is it, and
     since when. */
  message Tagged {
    uint32 by = 1;
    sint32 dx=2;
    string text = 3;
    bool fast = 4;
  }
  message Place
  {
    float x = 1;
    double y = 2 [deprecated = true];
  }
  message Everything {
    reserved 90, 91;
    int32 a = 1; sint32 b = 2; uint32 c = 3; fixed32 d = 4; sfixed32 e = 5;
    int64 f = 6; sint64 g = 7; uint64 h = 8; fixed64 i = 9; sfixed64 j = 10;
    bool k = 11; string l = 12; bytes m = 13; float n = 14; double o = 15;
    Colour colour = 16;
    Place place = 17;
    optional uint32 maybe = 18;
    repeated sint32 many = 19;
    repeated string words = 20;
    repeated Place path = 200;
    Everything inner = 201;
  }
`;

// What TypeScript reads out of the same text.
const tagged = defineMessage({ name: "Tagged", type: 1, proto: GAME });
const everything = defineMessage({ name: "Everything", type: 2, proto: GAME });

const root = protobuf.parse(GAME, { keepCase: true }).root;
const oracle = root.lookupType("game.Everything");

const FULL = {
  ...{ a: -5, b: -2147483648, c: 4294967295, d: 7, e: -7 },
  ...{ f: -(2n ** 53n) + 1n, g: -3n, h: 2n ** 53n - 1n, i: 9n, j: -9n },
  ...{ k: true, l: "grün", m: Uint8Array.of(1, 2), n: -0.5, o: Math.PI, colour: 1 },
  place: { x: 1.5, y: -2 },
  maybe: 0,
  many: [1, -1, 300],
  words: ["", "a", "x".repeat(130)],
  path: [
    { x: 0, y: 0 },
    { x: 3, y: 4 },
  ],
};

const plainOf = (message: protobuf.Message): Record<string, unknown> =>
  oracle.toObject(message, { defaults: false, arrays: true });
const lengthOf = ({ path }: Record<string, unknown>): number => (path as unknown[]).length;

test("its types are those of the .proto", () => {
  type Tagged = { by: number; dx: number; text: string; fast: boolean };
  expectTypeOf<ReturnType<typeof tagged.decode>>().toEqualTypeOf<Tagged | null>();
  type Everything = NonNullable<ReturnType<typeof everything.decode>>;
  expectTypeOf<Everything["h"]>().toEqualTypeOf<bigint>();
  expectTypeOf<Everything["m"]>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<Everything["colour"]>().toEqualTypeOf<number>();
  expectTypeOf<Everything["words"]>().toEqualTypeOf<string[]>();
  expectTypeOf<Everything["maybe"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<NonNullable<Everything["place"]>["y"]>().toEqualTypeOf<number>();
  expectTypeOf<Everything["path"][number]["x"]>().toEqualTypeOf<number>();
  expectTypeOf<NonNullable<Everything["inner"]>["inner"]>().toEqualTypeOf<Everything["inner"]>();
  // @ts-expect-error no such field
  tagged.encode({ bye: 3 });
  // @ts-expect-error a field of another kind
  expect(() => tagged.encode({ by: "3" })).toThrow(/by is to be 3; uint32 wants a number/);
  const none = () => defineMessage({ name: "Tag", type: 1, proto: GAME });
  expectTypeOf<ReturnType<typeof none>["decode"]>().returns.toEqualTypeOf<null>();
});

describe("bytes", () => {
  test("what it writes it reads again, every kind of field", () => {
    const inner = { ...everything.decode(everything.encode({ a: 1 })) };
    const read = everything.decode(everything.encode({ ...FULL, inner: { a: 1 } }));
    expect(read).toEqual({ ...FULL, inner });
    const widest = { f: -(2n ** 63n), g: 2n ** 63n - 1n, h: 2n ** 64n - 1n, i: 2n ** 64n - 1n };
    for (const wide of [widest, { f: 2n ** 63n - 1n, g: -(2n ** 63n), j: -(2n ** 63n) }])
      expect(everything.decode(everything.encode(wide))).toMatchObject(wide);
    expect(tagged.decode(tagged.encode({}))).toEqual({ by: 0, dx: 0, text: "", fast: false });
    expect(tagged.encode({}).length).toBe(0);
  });

  test("protobufjs reads what it writes, byte for byte its own", () => {
    const { f, g, h, i, j, ...rest } = FULL;
    const wide = { f: Number(f), g: Number(g), h: Number(h), i: Number(i), j: Number(j) };
    const theirs = oracle.encode({ ...rest, ...wide }).finish();
    expect([...everything.encode(FULL)]).toEqual([...theirs]);
  });

  test("H31 H32 of 20,000 hostile ones it takes those that protobufjs takes", () => {
    const random = randomFrom(33);
    const seeds = [FULL, { a: 1 }, { inner: { path: FULL.path, l: "x" }, words: ["a"] }].map(
      (value) => [...everything.encode(value)],
    );
    const counts = { good: 0, bad: 0 };
    for (let i = 0; i < 20_000; i++) {
      const bytes = hostileFrame(random, seeds).subarray(0, 400);
      const read = everything.decode(bytes);
      let theirs: protobuf.Message | null = null;
      try {
        theirs = oracle.decode(bytes);
      } catch {
        // Refused, as null says.
      }
      if ((read === null) !== (theirs === null)) expect({ bytes: [...bytes], read }).toBe(theirs);
      counts[read === null ? "bad" : "good"]++;
      if (read === null || theirs === null) continue;
      const { a = 0, l = "", words, many, h = 0, ...rest } = plainOf(theirs);
      const { a: a2, l: l2, words: words2, many: many2, h: h2 } = read;
      expect([a2, l2, words2, many2, Number(h2)]).toEqual([a, l, words, many, h]);
      expect([read.m, read.path.length]).toEqual([rest["m"] ?? new Uint8Array(0), lengthOf(rest)]);
    }
    expect(counts.good).toBeGreaterThan(2000);
    expect(counts.bad).toBeGreaterThan(2000);
  });

  test("more than 400 bytes, or what a field does not hold, is refused in words", () => {
    const fits = { text: "x".repeat(397) };
    expect(tagged.encode(fits).length).toBe(400);
    for (const length of [398, 500, 2000])
      expect(() => tagged.encode({ text: "x".repeat(length) })).toThrow(/does not fit 400 bytes/);
    const many = Array.from({ length: 300 }, () => 2 ** 20);
    for (const value of [{ many }, { m: new Uint8Array(401) }, { path: Array(90).fill({ x: 1 }) }])
      expect(() => everything.encode(value)).toThrow(/does not fit 400 bytes/);
    expect(() => tagged.encode({ by: -1 })).toThrow(/by is to be -1; uint32 wants a whole number/);
    expect(() => tagged.encode({ by: 1.5 })).toThrow(/of 0 to 4294967295/);
    expect(() => everything.encode({ h: -1n })).toThrow(/h is to be -1; uint64 wants a bigint/);
  });

  test("repeated fields have 128 elements together, whoever holds them", () => {
    const two = "message A { repeated int32 b = 1; repeated A c = 2; repeated string d = 3; }";
    const message = defineMessage({ name: "A", type: 1, proto: two });
    const theirs = protobuf.parse(`syntax = "proto3"; ${two}`).root.lookupType("A");
    const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
    const packed = (count: number) => ({ b: zeros(count) });
    const inside = (count: number) => ({
      ...{ b: zeros(50), d: zeros(10).map(() => "") },
      c: [{ b: zeros(count - 62), c: [{}] }],
    });
    const empty = (count: number) => ({ c: zeros(count).map(() => ({ b: [], c: [], d: [] })) });
    for (const many of [packed, inside, empty]) {
      expect(message.decode(message.encode(many(128)))).toMatchObject(many(128));
      expect(message.decode(theirs.encode(many(128)).finish())).toMatchObject(many(128));
      expect(message.decode(theirs.encode(many(129)).finish())).toBeNull();
      expect(() => message.encode(many(129))).toThrow(/A has 129 elements .*: send 128 at most/);
    }
    const loose = (count: number) => Uint8Array.from(zeros(count).flatMap(() => [8, 0]));
    expect(message.decode(loose(128))?.b).toHaveLength(128);
    expect(message.decode(loose(129))).toBeNull();
    expect(message.decode(Uint8Array.of(8))).toBeNull();
    // One message is not charged for another.
    expect(message.decode(loose(128))?.b).toHaveLength(128);
  });

  test("a field may be called what every object has", () => {
    const proto = `
      enum valueOf { NONE = 0; }
      message B { int32 x = 1; }
      message A {
        optional int32 toString = 1;
        B constructor = 2;
        repeated int32 hasOwnProperty = 3;
        valueOf isPrototypeOf = 4;
      }
    `;
    const message = defineMessage({ name: "A", type: 1, proto });
    expect(message.encode({}).length).toBe(0);
    const one = { toString: 1, constructor: { x: 5 }, hasOwnProperty: [2], isPrototypeOf: 3 };
    expect(Object.entries(message.decode(message.encode(one)) ?? {}).toSorted()).toEqual(
      Object.entries(one).toSorted(),
    );
    expect(Object.keys(message.decode(new Uint8Array(0)) ?? {})).toEqual([
      ...["hasOwnProperty", "isPrototypeOf"],
    ]);
    expect(Object.keys(Object)).toEqual([]);
  });

  test("messages inside of messages end at a depth", () => {
    let bytes: number[] = [];
    for (let i = 0; i < 60; i++) bytes = [0xca, 0x0c, bytes.length & 127, ...bytes];
    expect(everything.decode(Uint8Array.from(bytes))).toBeNull();
  });
});

describe("what it does not read it refuses in words", () => {
  test.each([
    [
      "message A { oneof b { int32 c = 1; } }",
      /"message A { oneof b {", where a field of a scalar/,
    ],
    ["message A { map<string, int32> b = 1; }", /where a field of a scalar/],
    ["message A { message B { } }", /where a field/],
    ['syntax = "proto2"; message A { }', /where "proto3" should be/],
    ['import "b.proto"; message A { }', /where a message or an enum should be/],
    ["message A { int32 b = 1; int32 c = 1; }", /of another name and number/],
    ["message A { int32 b = 0; }", /a field number/],
    ["message A { B b = 1; }", /a field of type B, and no such message/],
    ["message A { int32 b = 1;", /where/],
    ["enum A { B = 0;", /where "}" should be/],
    ["message A { int32 __proto__ = 1; }", /where a name should be/],
  ])("%s", (text, words) => {
    expect(() => parseProto(text)).toThrow(words);
  });

  test("a message that is not there, and a type that is none", () => {
    expect(() => defineMessage({ name: "Tag", type: 1, proto: GAME })).toThrow(
      /no message Tag; it has Tagged, Place, Everything/,
    );
    for (const type of [0, 65536, 1.5, NaN])
      expect(() => defineMessage({ name: "Tagged", type, proto: GAME })).toThrow(/1 to 65535/);
  });
});
