// The clients, as the rounds of the feed bring them. As many as fit are listed, those first that
// keep the most waiting.
import type { RosterEntry, RosterPart } from "../feed/roster.ts";
import { create, say } from "./elements.ts";

const ROWS_MAX = 50;
/** Between two drawings, ms: a list that jumps cannot be clicked. */
const PAUSE_MS = 1000;

interface Known {
  entry: RosterEntry;
  round: number;
}

export class SessionList {
  readonly #body: HTMLElement;
  readonly #count: HTMLElement;
  readonly #choose: (entity: number) => void;
  readonly #known = new Map<number, Known>();
  readonly #rows: HTMLTableRowElement[] = [];
  #round = 0;
  #drawnMs = 0;

  constructor(body: HTMLElement, count: HTMLElement, choose: (entity: number) => void) {
    this.#body = body;
    this.#count = count;
    this.#choose = choose;
  }

  clear(): void {
    this.#known.clear();
  }

  take({ round, entries }: RosterPart): void {
    for (const entry of entries) this.#known.set(entry.slot, { entry, round });
    if (round === this.#round) return;
    this.#round = round;
    for (const [slot, known] of this.#known) if (known.round < round - 1) this.#known.delete(slot);
  }

  /** @returns the entity of the client that follows this one, 0: there is none */
  after(entity: number): number {
    const entities = this.#sorted()
      .map((entry) => entry.entity)
      .filter((each) => each !== 0);
    return entities[entities.indexOf(entity) + 1] ?? entities[0] ?? 0;
  }

  draw(nowMs: number, total: number, chosen: number): void {
    if (nowMs - this.#drawnMs < PAUSE_MS) return;
    this.#drawnMs = nowMs;
    const listed = this.#sorted().slice(0, ROWS_MAX);
    say(this.#count, listed.length < total ? `${listed.length} of ${total}` : `${total}`);
    while (this.#rows.length < listed.length) this.#rows.push(this.#addRow());
    while (this.#rows.length > listed.length) this.#rows.pop()?.remove();
    listed.forEach((entry, i) => {
      const row = this.#rows[i];
      if (row !== undefined) fill(row, entry, entry.entity !== 0 && entry.entity === chosen);
    });
  }

  #sorted(): RosterEntry[] {
    return [...this.#known.values()]
      .map(({ entry }) => entry)
      .sort((a, b) => Number(b.isWindowClosed) - Number(a.isWindowClosed) || a.slot - b.slot);
  }

  #addRow(): HTMLTableRowElement {
    const row = create("tr");
    const name = create("td", "mono");
    const button = create("button");
    button.type = "button";
    name.append(button);
    row.append(name, create("td"), create("td", "num"), create("td", "num"), create("td", "num"));
    row.addEventListener("click", () => {
      const entity = Number(row.dataset["entity"] ?? "0");
      if (entity !== 0) this.#choose(entity);
    });
    this.#body.append(row);
    return row;
  }
}

function fill(row: HTMLTableRowElement, entry: RosterEntry, isChosen: boolean): void {
  row.dataset["entity"] = String(entry.entity);
  row.className = isChosen ? "chosen" : "";
  const [name, client, trip, unacked, corrections] = row.cells;
  const button = name?.firstElementChild;
  if (button !== null && button !== undefined) say(button, entry.session);
  if (client !== undefined) say(client, entry.client);
  if (trip !== undefined) say(trip, entry.roundTrip === 0 ? "–" : entry.roundTrip.toFixed(1));
  if (unacked !== undefined) {
    say(unacked, entry.isWindowClosed ? `${entry.outstanding} shut` : String(entry.outstanding));
    unacked.classList.toggle("shut", entry.isWindowClosed);
  }
  if (corrections !== undefined) say(corrections, String(entry.corrections));
}
