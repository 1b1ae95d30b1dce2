// Dark or light: as the system has it until somebody chooses. What is drawn on canvases takes its
// colours from the same names as the styles.

const KEY = "aether.theme";
const NAMES = [
  ...["ink", "soft", "faint", "line", "card", "accent"],
  ...[
    "map",
    "map-line",
    "map-edge",
    "cell",
    "entity",
    "told",
    "area",
    "me",
    "ghost",
    "bad",
    "mark",
  ],
  ...["phase-0", "phase-1", "phase-2", "phase-3", "phase-4", "phase-5"],
  ...["series-a", "series-b", "series-c"],
] as const;
export type ColourName = (typeof NAMES)[number];

export class Theme {
  readonly #colours = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];
  readonly #system = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    const chosen = localStorage.getItem(KEY);
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset["theme"] = chosen;
    this.#read();
    this.#system.addEventListener("change", () => this.#changed());
  }

  get isDark(): boolean {
    const chosen = document.documentElement.dataset["theme"];
    return chosen === undefined ? this.#system.matches : chosen === "dark";
  }

  colour(name: ColourName): string {
    return this.#colours.get(name) ?? "#888";
  }

  toggle(): void {
    const chosen = this.isDark ? "light" : "dark";
    document.documentElement.dataset["theme"] = chosen;
    localStorage.setItem(KEY, chosen);
    this.#changed();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #changed(): void {
    this.#read();
    for (const listener of this.#listeners) listener();
  }

  /** A name holds both colours: which of them is in use, only an element that has it tells. */
  #read(): void {
    const probe = document.createElement("i");
    document.body.append(probe);
    for (const name of NAMES) {
      probe.style.color = `var(--${name})`;
      this.#colours.set(name, getComputedStyle(probe).color);
    }
    probe.remove();
  }
}
