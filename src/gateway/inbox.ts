// Messages of clients for the application, as they came since the last tick: copied into memory
// that was made at the start, and handed over in the order of arrival when the next tick begins.

/** Messages that a tick takes of all clients together, and their bytes. */
export const INBOX_MESSAGES = 4096;
export const INBOX_BYTES = 262_144;

/** What an application says of a message that it was handed. */
export const MESSAGE_TAKEN = 0;
/** It has none of this type. */
export const MESSAGE_UNKNOWN = 1;
/** Its bytes are no such message. */
export const MESSAGE_MALFORMED = 2;
export type MessageVerdict =
  typeof MESSAGE_TAKEN | typeof MESSAGE_UNKNOWN | typeof MESSAGE_MALFORMED;

/** What the gateway needs of an application, and nothing more. */
export interface AppPort {
  /**
   * A message of a client, at the beginning of a tick; in the order of arrival. Must not throw.
   * @param handle of the client's entity, which is live
   * @param type 1 to 65,535
   * @param bytes at most MAX_PAYLOAD; valid only during the call
   * @param request chosen by the client, for an answer to carry; 0 = none
   */
  onAppMessage(handle: number, type: number, bytes: Uint8Array, request: number): MessageVerdict;
}

/** Bytes: 262,144, and of each message handle, type, request, offset 4 x 4, length 2 = 73,728. */
export class Inbox {
  readonly #bytes: Uint8Array;
  readonly #handle: Uint32Array;
  readonly #type: Uint32Array;
  readonly #request: Uint32Array;
  readonly #offset: Uint32Array;
  readonly #length: Uint16Array;
  #used = 0;
  count = 0;

  /** @param messages INBOX_MESSAGES, or 0 where there is no application */
  constructor(messages: number) {
    this.#bytes = new Uint8Array(messages === 0 ? 0 : INBOX_BYTES);
    this.#handle = new Uint32Array(messages);
    this.#type = new Uint32Array(messages);
    this.#request = new Uint32Array(messages);
    this.#offset = new Uint32Array(messages);
    this.#length = new Uint16Array(messages);
  }

  /** @returns false when this tick takes no more */
  put(handle: number, type: number, request: number, bytes: Uint8Array): boolean {
    const { length } = bytes;
    const i = this.count;
    if (i === this.#handle.length || this.#used + length > this.#bytes.length) return false;
    this.#bytes.set(bytes, this.#used);
    this.#handle[i] = handle;
    this.#type[i] = type;
    this.#request[i] = request;
    this.#offset[i] = this.#used;
    this.#length[i] = length;
    this.#used += length;
    this.count++;
    return true;
  }

  handle(i: number): number {
    return this.#handle[i] ?? 0;
  }

  type(i: number): number {
    return this.#type[i] ?? 0;
  }

  request(i: number): number {
    return this.#request[i] ?? 0;
  }

  bytes(i: number): Uint8Array {
    const start = this.#offset[i] ?? 0;
    return this.#bytes.subarray(start, start + (this.#length[i] ?? 0));
  }

  /** All have been handed over. */
  clear(): void {
    this.count = 0;
    this.#used = 0;
  }
}
