// Mouse and fingers on the map: a click or tap chooses, a drag moves it, a wheel or two fingers
// zoom.
import type { Camera } from "./camera.ts";

/** A hand that has moved less, CSS pixels, has clicked. */
const STILL = 6;
const WHEEL_STEP = 120;

interface Finger {
  x: number;
  y: number;
}

/** @param choose with the point of the map that was clicked, CSS pixels */
export function listenToHands(
  canvas: HTMLCanvasElement,
  camera: Camera,
  choose: (x: number, y: number) => void,
): void {
  const fingers = new Map<number, Finger>();
  let travelled = 0;
  const pointOf = (event: MouseEvent): Finger => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (fingers.size === 0) travelled = 0;
    fingers.set(event.pointerId, pointOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined) return;
    const to = pointOf(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    travelled += Math.hypot(to.x - finger.x, to.y - finger.y);
    if (travelled >= STILL && other === undefined)
      camera.drag(to.x - finger.x, to.y - finger.y, 1, to.x, to.y);
    else if (other !== undefined) pinch(camera, finger, to, other);
    finger.x = to.x;
    finger.y = to.y;
  });
  const end = (event: PointerEvent): void => {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    const { x, y } = pointOf(event);
    if (event.type === "pointerup" && travelled < STILL) choose(x, y);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = pointOf(event);
      camera.zoom(-event.deltaY / WHEEL_STEP, x, y);
    },
    { passive: false },
  );
}

function pinch(camera: Camera, from: Finger, to: Finger, other: Finger): void {
  const before = Math.max(1, Math.hypot(from.x - other.x, from.y - other.y));
  const after = Math.max(1, Math.hypot(to.x - other.x, to.y - other.y));
  const [dx, dy] = [(to.x - from.x) / 2, (to.y - from.y) / 2];
  camera.drag(dx, dy, after / before, (to.x + other.x) / 2, (to.y + other.y) / 2);
}
