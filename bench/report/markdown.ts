// Markdown for people who read it as text, too: tables are padded.

/** Free text, so that nothing of it is taken for Markdown's own. */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "\\|");
}

export type Row = readonly string[];

/** @param head its first column is left-aligned, all others right; `left` names exceptions */
export function table(head: Row, rows: readonly Row[], left: readonly number[] = [0]): string {
  const all = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, i) => Math.max(4, ...all.map((row) => row[i]?.length ?? 0)));
  const pad = (cell: string, i: number): string =>
    left.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  const rule = widths.map((w, i) => (left.includes(i) ? "-".repeat(w) : `${"-".repeat(w - 1)}:`));
  const [first, ...others] = all.map((row) => `| ${row.map(pad).join(" | ")} |`);
  return [first, `| ${rule.join(" | ")} |`, ...others].join("\n");
}

export function details(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** @param file beside the page's own folder */
export function image(alt: string, file: string): string {
  return `![${alt}](benchmarks/${file})`;
}
