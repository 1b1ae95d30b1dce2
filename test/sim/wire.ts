// The wire as docs/protocol.md describes it, read without the protocol code: a fault in that code
// cannot hide itself from the simulator.

/** ServerMessage's body tags that come every tick. */
export const AOI = 0x12;

/** Reads protobuf one value at a time; a malformed message makes NaN, which nothing equals. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
  }
  byte(): number {
    return this.bytes[this.at++] ?? NaN;
  }
  half(): number {
    return this.byte() + this.byte() * 256;
  }
  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      const b = this.byte();
      value += (b % 128) * scale;
      if (b < 128) return value;
    }
    return NaN;
  }
  /** Zigzag. */
  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  float(): number {
    this.at += 4;
    return floatAt(this.bytes, this.at - 4);
  }
}

const scratch = new DataView(new ArrayBuffer(4));

function floatAt(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 4; i++) scratch.setUint8(i, bytes[at + i] ?? 0);
  return scratch.getFloat32(0, true);
}

/** What an honest client's message says, as far as the simulator must know. */
export class Heard {
  /** 0 = none. */
  ackTick = 0;
  isMove = false;
  entity = 0;
  sequence = 0;
  /** Position units, rounded as docs/protocol.md says. */
  dx = 0;
  dy = 0;
  readonly #cursor = new Cursor();

  read(bytes: Uint8Array): void {
    this.ackTick = 0;
    this.isMove = false;
    this.entity = this.sequence = this.dx = this.dy = 0;
    const cursor = this.#cursor;
    cursor.open(bytes);
    while (cursor.at < bytes.length) {
      const tag = cursor.varint();
      if (tag === 0x78) this.ackTick = cursor.varint();
      else {
        const end = cursor.varint() + cursor.at;
        if (tag === 0x1a) this.#move(end);
        cursor.at = end;
      }
    }
  }

  #move(end: number): void {
    const cursor = this.#cursor;
    this.isMove = true;
    while (cursor.at < end) {
      const tag = cursor.byte();
      if (tag === 0x08) this.entity = cursor.varint();
      else if (tag === 0x10) this.sequence = cursor.varint();
      else if (tag === 0x1d) this.dx = quantised(cursor.float());
      else if (tag === 0x25) this.dy = quantised(cursor.float());
      else cursor.varint();
    }
  }
}

function quantised(units: number): number {
  return Math.floor(units * 256 + 0.5);
}
