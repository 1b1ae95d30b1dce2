// What an application keeps with the world: bytes that are in its images, and in no hash.
import { KEPT_MAX } from "../kernel/image.ts";

export class Kept {
  #bytes: Uint8Array = new Uint8Array(0);

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** @param bytes at most KEPT_MAX; copied */
  set(bytes: Uint8Array): void {
    if (bytes.length > KEPT_MAX)
      throw new Error(`${bytes.length} bytes: at most ${KEPT_MAX} are kept`);
    this.#bytes = bytes.slice();
  }
}
