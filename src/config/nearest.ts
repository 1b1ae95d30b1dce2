// "Did you mean …?": the nearest of a few names to a misspelt one.

/** How many single-letter changes still count as a slip of the finger. */
const MAX_SLIPS = 2;

/** @returns the name with the fewest letters changed, at most MAX_SLIPS, or null. */
export function nearest(word: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let fewest = MAX_SLIPS + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= fewest) continue;
    const slips = editDistance(word, name);
    if (slips >= fewest) continue;
    fewest = slips;
    best = name;
  }
  return best;
}

/** Levenshtein's distance, one row at a time: insertions, deletions and substitutions cost 1. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const row = [line];
    for (let column = 1; column <= b.length; column++) {
      const substituted = at(above, column - 1) + (a[line - 1] === b[column - 1] ? 0 : 1);
      row.push(Math.min(substituted, at(above, column) + 1, at(row, column - 1) + 1));
    }
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
