// What one client sees: an observer's frames read as docs/protocol.md describes them, and nothing
// else. Its reader is its own, so that a fault in the protocol code cannot hide one in the kernel.

export interface Shown {
  id: number;
  kind: number;
  /** Sight units mod 2^16, as last told. */
  x: number;
  y: number;
  /** Look with which it entered. */
  since: number;
  /** Look of the last word about it. */
  look: number;
  components: Uint8Array;
}

export class View {
  readonly byAlias = new Map<number, Shown>();
  readonly byId = new Map<number, Shown>();
  /** Ids that left with the last look. */
  readonly left = new Set<number>();
  /** Looks so far. */
  look = 0;
  /** What was told of the observer itself. */
  own: Uint8Array;
  readonly #ownAlias: number;
  readonly #componentBytes: number;
  #at = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(ownAlias: number, componentBytes: number) {
    this.#ownAlias = ownAlias;
    this.#componentBytes = componentBytes;
    this.own = new Uint8Array(componentBytes);
  }

  /** A new look begins. */
  begin(isReset: boolean): void {
    this.look++;
    this.left.clear();
    if (!isReset) return;
    this.byAlias.clear();
    this.byId.clear();
    this.own = new Uint8Array(this.#componentBytes);
  }

  /** Applies one part's body. */
  apply(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#at = from;
    while (this.#at < to) {
      const tag = this.#byte();
      const length = this.#varint();
      const end = this.#at + length;
      if (end > to) throw new Error("a field reaches past its frame");
      if (tag === 0x3a) this.#left(end);
      else if (tag === 0x42) this.#enter(end);
      else if (tag === 0x32) this.#moved(end);
      else if (tag === 0x4a) this.#changed(end);
      else throw new Error(`unknown tag ${String(tag)}`);
      if (this.#at !== end) throw new Error("a field is longer or shorter than it says");
    }
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? NaN;
  }
  #half(): number {
    return this.#byte() + this.#byte() * 256;
  }
  #varint(): number {
    let v = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.#byte();
      v += (b % 128) * scale;
      if (b < 128) return v;
    }
  }
  #sint(): number {
    const v = this.#varint();
    return v % 2 === 0 ? v / 2 : -(v + 1) / 2;
  }

  #left(end: number): void {
    while (this.#at < end) {
      const alias = this.#half();
      const shown = this.byAlias.get(alias);
      if (shown === undefined) throw new Error(`left: alias ${String(alias)} is not shown`);
      this.byAlias.delete(alias);
      this.byId.delete(shown.id);
      this.left.add(shown.id);
    }
  }

  #enter(end: number): void {
    let alias = 0;
    const components = new Uint8Array(this.#componentBytes);
    const now = { since: this.look, look: this.look };
    const shown: Shown = { id: 0, kind: 0, x: 0, y: 0, ...now, components };
    while (this.#at < end) {
      const tag = this.#byte();
      if (tag === 0x08) alias = this.#varint();
      else if (tag === 0x10) shown.id = this.#varint();
      else if (tag === 0x18) shown.kind = this.#varint();
      else if (tag === 0x20) shown.x = this.#sint() & 65535;
      else if (tag === 0x28) shown.y = this.#sint() & 65535;
      else if (tag === 0x32) shown.components = this.#components(this.#varint());
      else throw new Error(`Entity: unknown tag ${String(tag)}`);
    }
    if (this.byAlias.has(alias)) throw new Error(`entered: alias ${String(alias)} is taken`);
    this.byAlias.set(alias, shown);
    this.byId.set(shown.id, shown);
  }

  #components(length: number): Uint8Array {
    if (length !== this.#componentBytes) throw new Error(`${String(length)} bytes of components`);
    return Uint8Array.from({ length }, () => this.#byte());
  }

  #changed(end: number): void {
    while (this.#at < end) {
      const alias = this.#half();
      const components = this.#components(this.#componentBytes);
      const shown = this.byAlias.get(alias);
      if (alias === this.#ownAlias) this.own = components;
      else if (shown === undefined) throw new Error(`changed: alias ${String(alias)} is not shown`);
      else shown.components = components;
    }
  }

  #moved(end: number): void {
    while (this.#at < end) {
      const alias = this.#half();
      const shown = this.byAlias.get(alias);
      if (shown === undefined) throw new Error(`moved: alias ${String(alias)} is not shown`);
      shown.x = this.#half();
      shown.y = this.#half();
      shown.look = this.look;
    }
  }
}
