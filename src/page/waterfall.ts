// "Where did my 50 ms go?": the last intent of the chosen client that was followed from end to end,
// and the one that took longest in the last minute, on one scale.
import type { Waterfall } from "../feed/focus.ts";
import { create, say } from "./elements.ts";

/** In the order in which they follow; the second text is for those who wonder. */
const PARTS = [
  ["socket", "to the server, an estimate"],
  ["wait", "for the next tick"],
  ["tick", "the step that applied it"],
  ["send", "until the frames were handed over"],
  ["acknowledgement", "back from the client"],
] as const;

interface Row {
  readonly name: HTMLElement;
  readonly ms: HTMLElement;
  readonly bars: readonly HTMLElement[];
}

export class Waterfalls {
  readonly #total: HTMLElement;
  readonly #last: Row;
  readonly #worst: Row;
  readonly #values: HTMLElement[] = [];

  constructor(at: HTMLElement, keys: HTMLElement, total: HTMLElement) {
    this.#total = total;
    this.#last = addRow(at);
    this.#worst = addRow(at);
    PARTS.forEach(([part, hint], i) => {
      const value = create("span", "num", "–");
      const item = create("li");
      item.append(create("i", `paint-${String(i)}`), create("b", "", part), hint, value);
      keys.append(item);
      this.#values.push(value);
    });
  }

  show(last: Waterfall | null, worst: Waterfall | null): void {
    const scale = Math.max(totalOf(last), totalOf(worst), 1);
    showRow(this.#last, "last", last, scale);
    const age = worst === null ? "" : `, ${Math.round(worst.age / 1000)} s ago`;
    showRow(this.#worst, `worst of the last minute${age}`, worst, scale);
    say(this.#total, last === null ? "milliseconds" : `${totalOf(last).toFixed(0)} ms`);
    PARTS.forEach(([part], i) => {
      const value = this.#values[i];
      if (value !== undefined) say(value, last === null ? "–" : `${last[part].toFixed(1)} ms`);
    });
  }
}

function totalOf(fall: Waterfall | null): number {
  return fall === null ? 0 : PARTS.reduce((sum, [part]) => sum + fall[part], 0);
}

function addRow(at: HTMLElement): Row {
  const row = create("div", "fall");
  const [name, ms, track] = [create("span", "name"), create("span", "ms"), create("div", "track")];
  const bars = PARTS.map((_part, i) => create("i", `paint-${String(i)}`));
  track.append(...bars);
  row.append(name, ms, track);
  at.append(row);
  return { name, ms, bars };
}

function showRow(
  { name, ms, bars }: Row,
  label: string,
  fall: Waterfall | null,
  scale: number,
): void {
  say(name, label);
  say(ms, fall === null ? "none yet" : `${totalOf(fall).toFixed(1)} ms`);
  PARTS.forEach(([part], i) => {
    const bar = bars[i];
    if (bar === undefined) return;
    const share = fall === null ? 0 : (fall[part] / scale) * 100;
    bar.style.width = `${share.toFixed(2)}%`;
    bar.title = fall === null ? "" : `${part}: ${fall[part].toFixed(2)} ms`;
  });
}
