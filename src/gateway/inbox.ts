// Messages of clients for the application, as they came since the last tick: copied into memory
// that was made at the start, and handed over in the order of arrival when the next tick begins.

/** Messages that a tick takes of all clients together, and their bytes. */
export const INBOX_MESSAGES = 4096;
export const INBOX_BYTES = 262_144;

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
