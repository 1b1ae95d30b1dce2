// The live page: one look at a running server. What the feed says is shown, what a hand does goes
// to the feed (choose, push, change the kernel) or into the world, as a client like any other.
import { NOBODY } from "../feed/format.ts";
import type { FeedHello } from "../feed/hello.ts";
import type { Engine } from "../kernel/kernel.ts";
import { Camera } from "./camera.ts";
import { find, say } from "./elements.ts";
import { FeedLink } from "./feed-link.ts";
import { FocusPanel } from "./focus-panel.ts";
import { FrameTimes } from "./frame-times.ts";
import { listenToHands } from "./hands.ts";
import { Headline } from "./headline.ts";
import { History } from "./history.ts";
import { KIND_COLOURS, Looks } from "./looks.ts";
import { WorldMap } from "./map.ts";
import { MePanel } from "./me-panel.ts";
import { Player } from "./player.ts";
import { Plots } from "./plots.ts";
import { SessionList } from "./sessions.ts";
import { Steering } from "./steering.ts";
import { Theme } from "./theme.ts";
import { WorldView } from "./world-view.ts";

/** Of the area of interest, how much is seen around whoever is followed. */
const FOLLOW_REACH = 1.5;
/** How near to an entity a click has to be, CSS pixels. */
const CLICK_REACH = 16;
/** World units by which the server pushes somebody who asks for it. */
const PUSH = 40;
/** The world changes its kernel sooner: some frames of the feed, ms. */
const CHANGE_MS = 1000;
/** Frames without the chosen entity after which it is taken to be gone. */
const GONE_FRAMES = 20;
/** Between two writings of numbers that nobody could read faster, ms. */
const WORDS_MS = 250;
const TOKEN_WORDS = "This server asks for its admin token (observability.admin_token).";

const theme = new Theme();
const camera = new Camera();
const view = new WorldView();
const history = new History();
const frames = new FrameTimes();
const canvas = find("map", HTMLCanvasElement);
const looks = new Looks(view);
const map = new WorldMap(canvas, camera, theme, view, looks);
const headline = new Headline();
const focusPanel = new FocusPanel();
let plots: Plots | null = null;
/** Whom the server is told that this page looks at; NOBODY. */
let chosenRow = NOBODY;
/** Whether the page may choose somebody by itself: until a hand has chosen, or who was is gone. */
let isIdle = true;
let framesWithout = 0;
/** Which kernel was asked for, and how long the switch shows that in place of the world's. */
let wantedEngine: Engine = "wasm";
let wantedUntilMs = 0;

const link = new FeedLink({
  hello: (hello) => {
    greet(hello);
  },
  frame: (scene, focus, roster) => {
    frames.measure(() => {
      const nowMs = performance.now();
      const phases = view.hello?.phases.length ?? 1;
      view.take(scene, focus, nowMs);
      history.add(scene, focus, nowMs / 1000);
      headline.show(scene, phases, nowMs);
      sessions.take(roster);
      showEngine(scene.engine);
      keepChoice();
    });
  },
  lost: (reason) => {
    tellLink("bad", "offline");
    tellLoss(reason === "" ? "The server does not answer." : reason);
  },
  tokenWanted: (isWrong) => {
    tellLink("bad", isWrong ? "not its token" : "asks for its token");
    const words = isWrong ? "That is not this server's admin token." : TOKEN_WORDS;
    say(find("token-label", HTMLElement), words);
    find("token-form", HTMLFormElement).hidden = false;
    invite.hidden = true;
    if (isWrong) find("token", HTMLInputElement).select();
  },
});

const player = new Player({
  state: (state, { code, isResumed, reason }) => {
    document.body.classList.toggle("joined", state !== "closed");
    if (state === "joined") begin(isResumed);
    else if (state === "closed") end(code === 1000 ? "" : reason);
  },
  correction: (correction) => map.mark(correction, performance.now()),
});
const mePanel = new MePanel(player);
const steering = new Steering((x, y) => player.steer(x, y));
const sessions = new SessionList(
  find("sessions", HTMLElement),
  find("sessions-count", HTMLElement),
  (entity) => choose(entity & 0xffff),
);

const notice = find("notice", HTMLElement);
const invite = find("invite", HTMLElement);
const joinButton = find("join", HTMLButtonElement);
const stick = find("stick", HTMLElement);
const kernels = [...document.querySelectorAll<HTMLInputElement>('input[name="kernel"]')];

function tellLink(mood: "good" | "bad" | "", words: string): void {
  find("link-dot", HTMLElement).className = `dot ${mood}`;
  say(find("link-text", HTMLElement), words);
}

/** What is shown is no longer so. @param reason a sentence; "" when it is so again */
function tellLoss(reason: string): void {
  const isLost = reason !== "";
  document.body.classList.toggle("lost", isLost);
  notice.hidden = !isLost;
  const what = view.scene === null ? "" : " This is how the world was.";
  if (isLost) say(notice, `${reason}${what} Trying again every second.`);
}

// ---------------------------------------------------------------- what the feed begins with

function greet(hello: FeedHello): void {
  view.hello = hello;
  view.scene = null;
  looks.begin(hello);
  showWay();
  camera.setBounds(hello);
  history.begin(hello);
  headline.clear();
  sessions.clear();
  plots ??= new Plots((id) => find(id, HTMLElement), history, hello.phases, theme);
  tellLink("good", "live");
  tellLoss("");
  find("token-form", HTMLFormElement).hidden = true;
  for (const input of kernels) input.disabled = false;
  invite.hidden = player.client !== null;
  joinButton.disabled = hello.playPort === 0;
  if (hello.playPort !== 0) player.playsAt(playUrl(hello));
  else {
    say(find("join-note", HTMLElement), "Players are asked who they are here: watch only.");
  }
  if (chosenRow !== NOBODY) link.send({ type: "choose", row: chosenRow });
  if (player.hasKept) join();
}

/** A hand that has chosen is believed until the world follows, or should have. */
function showEngine(engine: Engine): void {
  if (engine !== wantedEngine && performance.now() < wantedUntilMs) return;
  for (const input of kernels) if (input.value === engine) input.checked = true;
}

// ---------------------------------------------------------------- playing

function playUrl({ playPort, playsOverTls }: FeedHello): string {
  return `${playsOverTls ? "wss" : "ws"}://${location.hostname}:${playPort}/`;
}

function join(): void {
  const { hello } = view;
  if (hello === null || hello.playPort === 0 || player.client !== null) return;
  invite.hidden = true;
  player.join();
}

/** @param isResumed it goes on after a break: whoever looks around is left to it */
function begin(isResumed: boolean): void {
  const { client } = player;
  if (client === null || isResumed) return;
  stick.hidden = !matchMedia("(pointer: coarse)").matches;
  for (const item of document.querySelectorAll<HTMLElement>(".legend .mine")) item.hidden = false;
  choose(client.self.id & 0xffff);
  follow();
  canvas.focus({ preventScroll: true });
}

/** @param reason why, if it was not asked for */
function end(reason: string): void {
  stick.hidden = true;
  invite.hidden = false;
  for (const item of document.querySelectorAll<HTMLElement>(".legend .mine")) item.hidden = true;
  if (reason !== "") say(find("join-note", HTMLElement), reason);
  choose(NOBODY);
  isIdle = true;
  camera.showWorld();
}

function follow(): void {
  camera.follow((view.hello?.aoiRadius ?? 100) * FOLLOW_REACH);
}

function push(): void {
  const { client } = player;
  if (client === null || client.self.id === 0) return;
  const angle = Math.random() * Math.PI * 2;
  const [dx, dy] = [Math.cos(angle) * PUSH, Math.sin(angle) * PUSH];
  link.send({ type: "push", row: client.self.id & 0xffff, dx, dy });
}

// ---------------------------------------------------------------- looking

function choose(row: number): void {
  isIdle = false;
  framesWithout = 0;
  chosenRow = row;
  link.send({ type: "choose", row });
}

/** Somebody is looked at, as long as nobody has chosen otherwise. */
function keepChoice(): void {
  framesWithout = view.focus === null && chosenRow !== NOBODY ? framesWithout + 1 : 0;
  if (framesWithout > GONE_FRAMES) isIdle = true;
  const first = isIdle ? sessions.after(0) : 0;
  if (first === 0 || player.client !== null) return;
  choose(first & 0xffff);
  isIdle = framesWithout > 0;
}

function wantKernel(engine: Engine): void {
  link.send({ type: "kernel", engine });
  wantedEngine = engine;
  wantedUntilMs = performance.now() + CHANGE_MS;
}

function otherKernel(): Engine {
  return view.scene?.engine === "js" ? "wasm" : "js";
}

/** Where whoever is followed is shown; the camera stays when nobody is. */
function aim(): void {
  const { client } = player;
  if (client !== null && client.self.id !== 0) {
    camera.aimAt(client.self.x, client.self.y);
    return;
  }
  const place = view.focus === null ? -1 : view.placeOf(view.focus.entity & 0xffff);
  if (place >= 0) camera.aimAt(view.x[place]!, view.y[place]!);
}

function toggleCells(): void {
  map.showsCells = !map.showsCells;
  find("legend-cells", HTMLElement).hidden = !map.showsCells;
}

/** What of an application's own the map shows, on its button and in the legend. */
function showWay(): void {
  const button = find("show-way", HTMLButtonElement);
  button.hidden = !looks.hasWays;
  say(button, `Shows: ${looks.label}`);
  const { way } = looks;
  const flag = find("legend-flag", HTMLElement);
  flag.hidden = way.what !== "flag";
  say(find("legend-flag-name", HTMLElement), looks.label);
  for (const item of document.querySelectorAll(".legend .kind")) item.remove();
  if (way.what !== "kind") return;
  for (const [name, colour] of looks.keys) {
    const item = document.createElement("li");
    const key = document.createElement("i");
    item.className = "kind";
    key.className = "key entity";
    key.style.background = `var(--${KIND_COLOURS[colour] ?? "entity"})`;
    item.append(key, name);
    flag.before(item);
  }
}

function nextWay(): void {
  looks.next();
  showWay();
}

const HELP = find("help", HTMLDialogElement);
const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => (player.client === null ? join() : player.leave()),
  p: push,
  k: () => wantKernel(otherKernel()),
  n: () => choose(sessions.after(view.focus?.entity ?? 0) & 0xffff),
  f: follow,
  0: () => camera.showWorld(),
  "+": () => camera.zoom(1),
  "=": () => camera.zoom(1),
  "-": () => camera.zoom(-1),
  l: toggleCells,
  c: nextWay,
  t: () => theme.toggle(),
  "?": () => HELP.showModal(),
};
const BUTTONS: Readonly<Record<string, () => void>> = {
  join,
  leave: () => player.leave(),
  push,
  theme: () => theme.toggle(),
  "help-open": () => HELP.showModal(),
  "zoom-world": () => camera.showWorld(),
  "zoom-me": follow,
  "zoom-in": () => camera.zoom(1),
  "zoom-out": () => camera.zoom(-1),
  "show-cells": toggleCells,
  "show-way": nextWay,
};

for (const [id, act] of Object.entries(BUTTONS)) {
  find(id, HTMLButtonElement).addEventListener("click", act);
}
for (const input of kernels) {
  input.addEventListener("change", () => wantKernel(input.value === "js" ? "js" : "wasm"));
}
window.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "radio";
  if (isTyping || HELP.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (player.isJoined && steering.press(event.code)) {
    event.preventDefault();
    return;
  }
  const act = event.repeat ? undefined : ACTIONS[event.key.toLowerCase()];
  if (act === undefined) return;
  event.preventDefault();
  act();
});
window.addEventListener("pagehide", () => player.keep());
window.addEventListener("keyup", (event) => steering.release(event.code));
steering.listenTo(stick, find("stick-knob", HTMLElement));
listenToHands(canvas, camera, (x, y) => {
  const reach = CLICK_REACH / camera.scale;
  const row = view.nearest(camera.worldX(x), camera.worldY(y), reach);
  choose(row < 0 ? NOBODY : row);
});
find("token-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  link.useToken(find("token", HTMLInputElement).value);
});

// ---------------------------------------------------------------- pictures

const zoomWorld = find("zoom-world", HTMLButtonElement);
const zoomMe = find("zoom-me", HTMLButtonElement);
const showCells = find("show-cells", HTMLButtonElement);
const scaleChip = find("map-scale", HTMLElement);
let lastMs = performance.now();
let wordsMs = 0;

/** What an application says of an entity; 0: nobody. */
function sayOwn(id: string, entity: number): void {
  const line = find(id, HTMLElement);
  const words = entity === 0 ? "" : looks.wordsOf(entity & 0xffff);
  line.hidden = words === "";
  say(line, words);
}

function showWords(nowMs: number): void {
  wordsMs = nowMs;
  const { scene } = view;
  focusPanel.show(view.focus, view.hello?.windowBytes ?? 1);
  sayOwn("focus-own", view.focus?.entity ?? 0);
  mePanel.show();
  sayOwn("me-own", player.client?.self.id ?? 0);
  zoomWorld.ariaPressed = String(camera.mode === "world");
  zoomMe.ariaPressed = String(camera.mode === "follow");
  showCells.ariaPressed = String(map.showsCells);
  scaleChip.hidden = scene === null;
  say(scaleChip, `grid of ${map.gridUnits.toLocaleString("en")} units`);
  say(find("foot-frame", HTMLElement), `${frames.percentile(0.95).toFixed(1)} ms`);
  if (scene === null) return;
  const closed = scene.closedWindows;
  say(find("windows-closed", HTMLElement), closed === 1 ? "1 closed" : `${closed} closed`);
  say(find("foot-cost", HTMLElement), `${scene.feedMs.toFixed(3)} ms`);
  say(find("foot-pages", HTMLElement), scene.pages === 1 ? "1 page" : `${scene.pages} pages`);
  sessions.draw(nowMs, scene.connections, view.focus?.entity ?? 0);
}

function picture(): void {
  frames.measure(() => {
    const nowMs = performance.now();
    player.client?.frame();
    aim();
    camera.advance(Math.min(0.1, (nowMs - lastMs) / 1000));
    lastMs = nowMs;
    map.draw(nowMs, player.client);
    if (nowMs - wordsMs >= WORDS_MS) showWords(nowMs);
    else plots?.draw(nowMs);
  });
  frames.finish();
  requestAnimationFrame(picture);
}

find("legend", HTMLDetailsElement).open = matchMedia("(min-width: 901px)").matches;
if (!(await player.loadWasm())) {
  const wasm = document.querySelector<HTMLInputElement>('input[name="motion"][value="wasm"]');
  if (wasm !== null) wasm.disabled = true;
  const js = document.querySelector<HTMLInputElement>('input[name="motion"][value="js"]');
  if (js !== null) js.checked = true;
}
player.predictBy("wasm");
link.connect();
requestAnimationFrame(picture);
