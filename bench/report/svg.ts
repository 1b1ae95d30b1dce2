// SVG by hand: elements as text, one style for every figure. A figure brings its own ground, and
// follows the reader's dark or light scheme.

export interface Figure {
  readonly title: string;
  /** What a reader who cannot see it must know. */
  readonly description: string;
  /** User units; the page scales it. */
  readonly width: number;
  readonly height: number;
  readonly body: readonly string[];
}

export type Attributes = Readonly<Record<string, string | number>>;

/** Text as XML wants it; also for attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A tenth of a unit is enough, and keeps files alike that look alike. */
function written(value: string | number): string {
  return typeof value === "string" ? escapeXml(value) : String(Math.round(value * 10) / 10);
}

/** @param content XML, already escaped */
export function element(name: string, attributes: Attributes, content = ""): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${written(value)}"`);
  const head = `<${name}${list.join("")}`;
  return content === "" ? `${head}/>` : `${head}>${content}</${name}>`;
}

export function words(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escapeXml(text));
}

/** About how wide words are, user units: a bold letter in the widest of the fonts below. */
export function widthOf(text: string): number {
  return text.length * 8.2;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return element("line", { x1, y1, x2, y2, class: kind });
}

/**
 * Colours of light and dark. The hues are those of Okabe and Ito, which colour-blind readers tell
 * apart; dashes and labels say the same again. Peers share one grey: they are told by their label.
 */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  simd: ["#0062c4", "#58a6ff"],
  scalar: ["#2f8fc9", "#7cc4f2"],
  twin: ["#00835f", "#3fcf9f"],
  tuned: ["#c85200", "#ff9d4d"],
  pairs: ["#8a3a8f", "#d79be0"],
  native: ["#1b1f24", "#f0f3f6"],
  peer: ["#6e7781", "#8b949e"],
  alert: ["#a4133c", "#ff8fa3"],
};

/** Dash of a line by colour. */
const DASHES: Readonly<Record<string, string>> = {
  scalar: "7 4",
  twin: "2 3",
  pairs: "9 3",
  native: "12 4 2 4",
};

function style(): string {
  const scheme = (at: 0 | 1): string => {
    const [ground, ink, soft, rule] = [
      ["#ffffff", "#1b1f24", "#57606a", "#d8dee4"],
      ["#0d1117", "#e6edf3", "#9aa4af", "#2b323b"],
    ][at] as [string, string, string, string];
    const hues = Object.entries(COLOURS).map(
      ([name, pair]) =>
        `.${name}{stroke:${pair[at]}}.${name}-fill{fill:${pair[at]}}` +
        `.${name}-dot{fill:${ground};stroke:${pair[at]}}`,
    );
    return (
      `.ground{fill:${ground}}text{fill:${ink}}.soft{fill:${soft}}` +
      `.halo{stroke:${ground}}.grid{stroke:${rule}}.axis{stroke:${soft}}${hues.join("")}`
    );
  };
  const dashes = Object.entries(DASHES).map(([name, dash]) => `.${name}{stroke-dasharray:${dash}}`);
  return (
    dashes.join("") +
    "text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}" +
    ".title{font-size:16px;font-weight:600}.small{font-size:12px}.strong{font-weight:600}" +
    ".line{fill:none;stroke-width:2}.thick{stroke-width:3}.leader{stroke-width:1;opacity:.6;" +
    "stroke-dasharray:none}.halo{paint-order:stroke;stroke-width:4;stroke-linejoin:round}" +
    ".dot{stroke-width:2}.grid,.axis{stroke-width:1}" +
    `${scheme(0)}@media (prefers-color-scheme:dark){${scheme(1)}}`
  );
}

/** @returns the file's text, with a line end */
export function render({ title, description, width, height, body }: Figure): string {
  const content = [
    element("title", { id: "title" }, escapeXml(title)),
    element("desc", { id: "desc" }, escapeXml(description)),
    element("style", {}, style()),
    element("rect", { width, height, rx: 6, class: "ground" }),
    ...body,
  ];
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-labelledby": "title desc",
  };
  return `${element("svg", attributes, `\n${content.join("\n")}\n`)}\n`;
}
