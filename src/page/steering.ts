// A direction out of keys that are held, or of a finger on the stick.

const KEYS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["KeyW", [0, -1]],
  ["KeyS", [0, 1]],
  ["KeyA", [-1, 0]],
  ["KeyD", [1, 0]],
]);
/** How far the knob goes from the middle, CSS pixels. */
const KNOB_REACH = 42;

export class Steering {
  readonly #held = new Set<string>();
  #stickX = 0;
  #stickY = 0;
  readonly #onChange: (x: number, y: number) => void;

  constructor(onChange: (x: number, y: number) => void) {
    this.#onChange = onChange;
    // A key that is let go while another window has the keyboard is never heard of.
    window.addEventListener("blur", () => this.stop());
    document.addEventListener("visibilitychange", () => this.stop());
  }

  /** @returns whether the key steers */
  press(code: string): boolean {
    if (!KEYS.has(code)) return false;
    this.#held.add(code);
    this.#tell();
    return true;
  }

  release(code: string): void {
    if (this.#held.delete(code)) this.#tell();
  }

  stop(): void {
    this.#held.clear();
    this.#stickX = this.#stickY = 0;
    this.#tell();
  }

  /** Lets a finger steer by a stick. */
  listenTo(stick: HTMLElement, knob: HTMLElement): void {
    const move = (event: PointerEvent): void => {
      const { height, left, top, width } = stick.getBoundingClientRect();
      const dx = event.clientX - left - width / 2;
      const dy = event.clientY - top - height / 2;
      const share = Math.max(1, Math.hypot(dx, dy) / KNOB_REACH);
      this.#stickX = dx / share / KNOB_REACH;
      this.#stickY = dy / share / KNOB_REACH;
      knob.style.transform = `translate(${dx / share}px, ${dy / share}px)`;
      this.#tell();
    };
    const end = (): void => {
      this.#stickX = this.#stickY = 0;
      knob.style.transform = "";
      this.#tell();
    };
    stick.addEventListener("pointerdown", (event) => {
      stick.setPointerCapture(event.pointerId);
      move(event);
    });
    stick.addEventListener("pointermove", (event) => {
      if (stick.hasPointerCapture(event.pointerId)) move(event);
    });
    stick.addEventListener("pointerup", end);
    stick.addEventListener("pointercancel", end);
  }

  #tell(): void {
    let [x, y] = [this.#stickX, this.#stickY];
    for (const code of this.#held) {
      const [dx, dy] = KEYS.get(code) ?? [0, 0];
      x += dx;
      y += dy;
    }
    const length = Math.max(1, Math.hypot(x, y));
    this.#onChange(x / length, y / length);
  }
}
