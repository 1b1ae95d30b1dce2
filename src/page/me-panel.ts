// The card of whoever plays from this page: how far away the server is, what was put right, and
// controls that make the network worse.
import { find, say } from "./elements.ts";
import type { Player } from "./player.ts";

const STALL_MS = 300;

export class MePanel {
  readonly #card = find("me-card", HTMLElement);
  readonly #state = find("me-state", HTMLElement);
  readonly #hint = find("me-hint", HTMLElement);
  readonly #entity = find("me-entity", HTMLElement);
  readonly #trip = find("me-rtt", HTMLElement);
  readonly #ahead = find("me-ahead", HTMLElement);
  readonly #corrections = find("me-corrections", HTMLElement);
  readonly #player: Player;

  constructor(player: Player) {
    this.#player = player;
    const { weather } = player.network;
    // The slider says what is added to a round trip; each way takes half of it.
    listenTo("latency", (ms) => (weather.delayMs = ms / 2));
    listenTo("jitter", (ms) => (weather.jitterMs = ms / 2));
    find("stall", HTMLButtonElement).addEventListener("click", () => {
      player.network.stall(STALL_MS);
    });
    find("cut", HTMLButtonElement).addEventListener("click", () => player.network.cut());
    for (const input of document.querySelectorAll<HTMLInputElement>('input[name="motion"]')) {
      input.addEventListener("change", () =>
        player.predictBy(input.value === "js" ? "js" : "wasm"),
      );
    }
  }

  show(): void {
    const { client } = this.#player;
    this.#card.hidden = client === null;
    if (client === null) return;
    const { clock, self, state } = client;
    say(this.#state, state === "joined" ? `session ${client.session}` : state);
    this.#showWaiting();
    say(this.#entity, self.id === 0 ? "–" : String(self.id & 0xffff));
    say(this.#trip, clock.roundTripMs === 0 ? "–" : `${clock.roundTripMs.toFixed(0)} ms`);
    say(this.#ahead, `${this.#player.ahead.toFixed(1)} units, ${self.pending} moves`);
    say(this.#corrections, String(this.#player.corrections));
  }

  #showWaiting(): void {
    const { waiting } = this.#player;
    this.#hint.hidden = waiting === null;
    if (waiting === null) return;
    const seconds = Math.max(0, waiting.untilMs - performance.now()) / 1000;
    const why = waiting.reason === "" ? "The connection is gone." : waiting.reason;
    say(this.#hint, `${why} Your client tries again in ${seconds.toFixed(1)} s.`);
  }
}

function listenTo(id: string, set: (ms: number) => void): void {
  const slider = find(id, HTMLInputElement);
  const output = find(`${id}-out`, HTMLOutputElement);
  const tell = (): void => {
    set(slider.valueAsNumber);
    say(output, `${slider.value} ms`);
  };
  slider.addEventListener("input", tell);
  tell();
}
