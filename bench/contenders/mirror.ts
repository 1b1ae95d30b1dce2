// What a client shows by the frames that it was sent: rows, and where each is. For comparisons
// only.

export class Mirror {
  /** By row: x in the low half, y in the high half, sight units mod 2^16. */
  readonly #places = new Map<number, number>();

  clear(): void {
    this.#places.clear();
  }

  leave(row: number): void {
    if (!this.#places.delete(row)) throw new Error(`row ${row} left and was not shown`);
  }

  /** @param x sight units, of any sign and size */
  enter(row: number, x: number, y: number): void {
    if (this.#places.has(row)) throw new Error(`row ${row} entered and was shown already`);
    this.#places.set(row, (x & 65535) | (y << 16));
  }

  move(row: number, x: number, y: number): void {
    if (!this.#places.has(row)) throw new Error(`row ${row} moved and is not shown`);
    this.#places.set(row, (x & 65535) | (y << 16));
  }

  /** row, x, y of each, ascending by row. */
  shown(): Int32Array {
    const rows = Int32Array.from(this.#places.keys()).sort();
    const shown = new Int32Array(rows.length * 3);
    rows.forEach((row, i) => {
      const place = this.#places.get(row) ?? 0;
      shown[i * 3] = row;
      shown[i * 3 + 1] = place & 65535;
      shown[i * 3 + 2] = place >>> 16;
    });
    return shown;
  }
}
