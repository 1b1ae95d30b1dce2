// Messages of an application with the exact types of its own .proto: one definition writes them on
// one side and reads them on the other, in a browser as on the server.
import { WireReader } from "../protocol/read.ts";
import { MAX_PAYLOAD } from "../protocol/version.ts";
import { readFields, writeFields } from "./codec.ts";
import type { Fields } from "./codec.ts";
import { parseProto } from "./proto.ts";
import type { Proto } from "./proto.ts";
import type { Draft, ValueOf } from "./values.ts";

export type { Draft, ValueOf } from "./values.ts";

const TYPE_MAX = 65535;
// One array and one reader serve all messages: both are used up before anything else is called.
const out = new Uint8Array(MAX_PAYLOAD);
const reader = new WireReader();

export interface MessageSpec<Text extends string, Name extends string> {
  /** Of a message of the .proto. */
  readonly name: Name;
  /** The text of the .proto, proto3; see proto.ts. Written in place, its types are known. */
  readonly proto: Text;
  /** The number that stands for it on the wire, 1 to 65,535; of no other message. */
  readonly type: number;
}

/** A kind of message; `Value` is what is read, fields that were not sent included. */
export class Message<Value> {
  readonly name: string;
  readonly type: number;
  readonly #proto: Proto;

  /** Use `defineMessage`. */
  constructor({ name, proto, type }: MessageSpec<string, string>) {
    if (!Number.isInteger(type) || type < 1 || type > TYPE_MAX)
      throw new RangeError(`the type of ${name} is to be ${type}; types are 1 to ${TYPE_MAX}.`);
    this.name = name;
    this.type = type;
    this.#proto = parseProto(proto);
    if (this.#proto.messages.has(name)) return;
    const names = [...this.#proto.messages.keys()].join(", ");
    throw new RangeError(`the .proto has no message ${name}; it has ${names}.`);
  }

  /**
   * @param value what is left out is 0, empty or absent
   * @returns its bytes, valid until the next call of any message's `encode`
   * @throws RangeError for what a field does not hold, more than 400 bytes, or more than 128
   * elements of repeated fields
   */
  encode(value: Draft<Value>): Uint8Array {
    const end = writeFields(this.#proto, this.name, value as Readonly<Fields>, out);
    if (end <= MAX_PAYLOAD) return out.subarray(0, end);
    throw new RangeError(`${this.name} does not fit ${MAX_PAYLOAD} bytes; send less at once.`);
  }

  /**
   * @returns null when the bytes are no such message, or have more than 128 elements of repeated
   * fields. Keeps nothing of them.
   */
  decode(bytes: Uint8Array): Value | null {
    reader.open(bytes);
    const value = readFields(this.#proto, this.name, reader);
    return reader.bad ? null : (value as Value);
  }
}

/**
 * A message of the application.
 * @throws SyntaxError for a .proto that is not read, RangeError for a name or type that is none
 */
export function defineMessage<const Text extends string, const Name extends string>(
  spec: MessageSpec<Text, Name>,
): Message<ValueOf<Text, Name>> {
  return new Message(spec);
}
