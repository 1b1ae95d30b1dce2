// The seal of a snapshot: it opens what it closed, and nothing that has changed since.
import { crc32 } from "node:zlib";

import { describe, expect, test } from "vitest";

import { seal, unseal } from "./snapshot.ts";

const IMAGE = Uint8Array.from({ length: 300 }, (_, i) => (i * 73) & 0xff);

describe("a sealed image", () => {
  test("opens as it was, also out of the middle of other bytes", () => {
    for (const image of [IMAGE, new Uint8Array(0), IMAGE.subarray(3, 20)]) {
      const sealed = seal(image, 2 ** 40);
      expect(unseal(sealed)).toEqual(Uint8Array.from(image));
      const around = new Uint8Array(sealed.length + 10);
      around.set(sealed, 5);
      expect(unseal(around.subarray(5, 5 + sealed.length))).toEqual(Uint8Array.from(image));
      expect(unseal(Buffer.from(sealed))).toEqual(Uint8Array.from(image));
    }
  });

  test("H67 any bit that flips is found", () => {
    const sealed = seal(IMAGE, 12_345);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      sealed[bit >> 3]! ^= 1 << (bit & 7);
      expect(typeof unseal(sealed), `bit ${bit}`).toBe("string");
      sealed[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(unseal(sealed)).toEqual(IMAGE);
  });

  test("H67 bytes that are missing or too many are found", () => {
    const sealed = seal(IMAGE, 1);
    for (let length = 0; length < sealed.length; length++) {
      expect(typeof unseal(sealed.subarray(0, length)), `${length} bytes`).toBe("string");
    }
    const longer = new Uint8Array(sealed.length + 1);
    longer.set(sealed);
    expect(unseal(longer)).toContain("its checksum does not fit");
  });

  test("H67 what is well sealed and no image of that length is found", () => {
    for (const [change, said] of [
      [(head: DataView) => head.setUint32(16, 299, true), "it cannot be unpacked: "],
      [(head: DataView) => head.setUint32(16, 301, true), "it unpacks to 300 bytes, where 301"],
      [(head: DataView) => head.setUint8(24, 0), "it cannot be unpacked: "],
    ] as const) {
      const sealed = seal(IMAGE, 1);
      const head = new DataView(sealed.buffer);
      change(head);
      head.setUint32(20, crc32(sealed.subarray(24), crc32(sealed.subarray(0, 20))), true);
      expect(unseal(sealed)).toContain(said);
    }
  });

  test("of another format is refused with both numbers", () => {
    const sealed = seal(IMAGE, 1);
    sealed[4] = 9;
    expect(unseal(sealed)).toBe("it is of format 9, and this program reads format 1");
    expect(unseal(new Uint8Array(100))).toBe("it does not begin like a snapshot");
  });
});
