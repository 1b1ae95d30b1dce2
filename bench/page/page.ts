// The page's script: choices, start and stop, the table and its bars.
import type { Job } from "../contenders/contender.ts";
import { count, quantity, times } from "../report/numbers.ts";
import { page, type PageControl, type PageElement } from "./browser.ts";
import { type Entrant, play } from "./contest.ts";
import { CASES, namesFor, type PageCase } from "./lineup.ts";
import { WorkerPlayer } from "./player.ts";

function byId(id: string): PageControl {
  const found = page.document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

const job = byId("job");
const played = byId("case");
const start = byId("start");
const progress = byId("progress");
const rows = byId("rows");

/** The players at work, for stop. */
let playing: { readonly players: readonly WorkerPlayer[]; isStopped: boolean } | null = null;

function make(name: string, className: string, ...children: (PageElement | string)[]): PageElement {
  const element = page.document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}

function titleOf({ spread, n, k }: PageCase): string {
  const dense = k === 0 ? "" : `, ${k} neighbours`;
  return `${count(n)} entities${dense}, ${spread}`;
}

function show(entrants: readonly Entrant[]): void {
  const longest = Math.max(1, ...entrants.map(({ numbers }) => numbers?.ratio ?? 0));
  rows.replaceChildren(...entrants.map((entrant) => rowOf(entrant, longest)));
}

function rowOf({ name, status, why, numbers }: Entrant, longest: number): PageElement {
  const bar = make("div", `bar ${name}`);
  bar.style.setProperty("width", `${((numbers?.ratio ?? 0) / longest) * 100}%`);
  const cell = (text: string): PageElement => make("td", "number", text);
  const head = make("th", "", make("div", "name", name), bar);
  head.setAttribute("scope", "row");
  if (status === "wrong" || status === "failed") {
    const text = status === "wrong" ? "answers differ from the first: no times" : `failed: ${why}`;
    const note = make("td", "note", text);
    note.setAttribute("colspan", "4");
    return make("tr", "", head, note);
  }
  const { p10, median, worst, ratio } = numbers ?? {};
  const number = (value: number | undefined): PageElement =>
    cell(value === undefined ? "" : quantity(value));
  const by = cell(ratio === undefined || ratio === null ? "" : times(ratio));
  return make("tr", "", head, number(p10), number(median), number(worst), by);
}

async function run(): Promise<void> {
  const chosen = CASES[Number(played.value)];
  if (chosen === undefined) return;
  const wanted = job.value as Job;
  const players = namesFor(wanted).map((name) => new WorkerPlayer(name));
  const mine = { players, isStopped: false };
  playing = mine;
  start.textContent = "Stop";
  job.disabled = played.disabled = true;
  await play(players, wanted, chosen, {
    say: (text) => {
      if (!mine.isStopped) progress.textContent = text;
    },
    show,
    isStopped: () => mine.isStopped,
  });
  if (!mine.isStopped) finish("Done.");
}

function finish(text: string): void {
  if (playing === null) return;
  playing.isStopped = true;
  for (const player of playing.players) player.close();
  playing = null;
  progress.textContent = text;
  start.textContent = "Start";
  job.disabled = played.disabled = false;
}

CASES.forEach((each, i) => {
  const option = make("option", "", titleOf(each));
  option.setAttribute("value", String(i));
  played.append(option);
});
played.value = "2";
byId("machine").textContent =
  `${page.navigator.hardwareConcurrency} logical cores, ${page.navigator.userAgent}`;
start.addEventListener("click", () => {
  if (playing === null) void run();
  else finish("Stopped.");
});
start.disabled = false;
progress.textContent = "Ready.";
