// A picture as a browser makes it (PNG, 8 bits, no interlacing), to be looked at point by point.
import { inflateSync } from "node:zlib";

const SIGNATURE_BYTES = 8;
/** Colour types of PNG, and bytes of a point. */
const POINT_BYTES = new Map([
  [2, 3],
  [6, 4],
]);

export type Colour = readonly [red: number, green: number, blue: number];

export class Picture {
  readonly width: number;
  readonly height: number;
  readonly #bytes: Buffer;
  readonly #pointBytes: number;

  /** @throws Error for what is no such picture */
  constructor(png: Buffer) {
    const data: Buffer[] = [];
    let head = png;
    for (let at = SIGNATURE_BYTES; at < png.length;) {
      const length = png.readUInt32BE(at);
      const type = png.toString("latin1", at + 4, at + 8);
      const body = png.subarray(at + 8, at + 8 + length);
      if (type === "IHDR") head = body;
      if (type === "IDAT") data.push(body);
      at += length + 12;
    }
    this.width = head.readUInt32BE(0);
    this.height = head.readUInt32BE(4);
    this.#pointBytes = POINT_BYTES.get(head.readUInt8(9)) ?? 0;
    if (head.readUInt8(8) !== 8 || this.#pointBytes === 0 || head.readUInt8(12) !== 0)
      throw new Error("a picture of another kind");
    this.#bytes = this.#unfilter(inflateSync(Buffer.concat(data)));
  }

  at(x: number, y: number): Colour {
    const at = (Math.round(y) * this.width + Math.round(x)) * this.#pointBytes;
    return [
      this.#bytes.readUInt8(at),
      this.#bytes.readUInt8(at + 1),
      this.#bytes.readUInt8(at + 2),
    ];
  }

  /** Points that are nearly of this colour, in a part of the picture. */
  count(colour: Colour, left: number, top: number, width: number, height: number): number {
    let count = 0;
    for (let y = top; y < top + height; y++)
      for (let x = left; x < left + width; x++) if (isNear(this.at(x, y), colour)) count++;
    return count;
  }

  /** PNG's five filters: each line says by which of its neighbours its bytes are told. */
  #unfilter(raw: Buffer): Buffer {
    const stride = this.width * this.#pointBytes;
    const out = Buffer.alloc(stride * this.height);
    for (let y = 0; y < this.height; y++) {
      const filter = raw.readUInt8(y * (stride + 1));
      for (let i = 0; i < stride; i++) {
        const left = i < this.#pointBytes ? 0 : (out[y * stride + i - this.#pointBytes] ?? 0);
        const up = y === 0 ? 0 : (out[(y - 1) * stride + i] ?? 0);
        const corner =
          y === 0 || i < this.#pointBytes ? 0 : (out[(y - 1) * stride + i - this.#pointBytes] ?? 0);
        const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
        out[y * stride + i] = (raw[y * (stride + 1) + 1 + i] ?? 0) + guess;
      }
    }
    return out;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [dLeft, dUp, dCorner] = [left, up, corner].map((each) => Math.abs(guess - each));
  if (dLeft! <= dUp! && dLeft! <= dCorner!) return left;
  return dUp! <= dCorner! ? up : corner;
}

/** Smoothing at edges makes colours in between. */
export function isNear(a: Colour, b: Colour): boolean {
  return a.every((value, i) => Math.abs(value - (b[i] ?? 0)) <= 24);
}

/** "rgb(62, 207, 178)", as a browser writes it. */
export function colourOf(text: string): Colour {
  const [red = NaN, green = NaN, blue = NaN] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
