// The chosen entity and its client, in words and numbers.
import type { Focus } from "../feed/focus.ts";
import { find, say } from "./elements.ts";
import { Waterfalls } from "./waterfall.ts";

export class FocusPanel {
  readonly #name = find("focus-name", HTMLElement);
  readonly #hint = find("focus-hint", HTMLElement);
  readonly #body = find("focus-body", HTMLElement);
  readonly #told = find("focus-told", HTMLElement);
  readonly #trip = find("focus-rtt", HTMLElement);
  readonly #window = find("focus-window", HTMLElement);
  readonly #corrections = find("focus-corrections", HTMLElement);
  readonly #meter = find("focus-meter", HTMLElement);
  readonly #falls = new Waterfalls(
    find("falls", HTMLElement),
    find("fall-keys", HTMLElement),
    find("fall-total", HTMLElement),
  );

  show(focus: Focus | null, windowBytes: number): void {
    this.#hint.hidden = focus !== null;
    this.#body.hidden = focus === null;
    if (focus === null) {
      say(this.#name, "nobody");
      return;
    }
    const { client, isIncomplete, toldCount } = focus;
    const who = client === null ? "no client" : client.session;
    say(this.#name, `${who} · entity ${focus.entity & 0xffff}`);
    say(this.#told, `${toldCount} entities${isIncomplete ? ", not yet of all" : ""}`);
    say(this.#trip, client === null || client.roundTrip === 0 ? "–" : ms(client.roundTrip));
    say(this.#corrections, client === null ? "–" : String(client.corrections));
    const share = client === null ? 0 : client.outstanding / windowBytes;
    const isShut = client?.isWindowClosed === true;
    const bytes = client === null ? "–" : `${client.outstanding} of ${windowBytes} B`;
    say(this.#window, isShut ? `${bytes}, closed` : bytes);
    this.#meter.style.width = `${Math.min(100, share * 100).toFixed(1)}%`;
    this.#meter.classList.toggle("full", isShut);
    this.#falls.show(client?.last ?? null, client?.worst ?? null);
  }
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
