// The log for a person at a terminal: the same lines, easier on the eye. Whatever strangers sent is
// escaped here once more, since a terminal obeys what JSON had made harmless.

const COLOURS: Readonly<Record<string, string>> = {
  trace: "90",
  debug: "90",
  info: "32",
  warn: "33",
  error: "31",
  fatal: "31;1",
};
const DIM = "2";
const LEVEL_WIDTH = 5;
/** What a terminal might act on, or what turns the direction of text round. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Values that read well without quotes. */
const PLAIN = /^[\w./:@+-]+$/;

/**
 * @param line one line of the log, JSON
 * @param isColoured whether the terminal shows colours
 * @returns it in words, with its line break; what is no JSON stays as it is, escaped
 */
export function prettyLine(line: string, isColoured: boolean): string {
  const paint = (code: string, text: string): string =>
    isColoured && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  const parsed = parse(line);
  if (parsed === null) return `${safe(line.trimEnd())}\n`;
  const { level, time, message, error, ...fields } = parsed;
  const name = safe(String(level));
  const said = Object.entries(fields).map(([key, value]) => `${safe(key)}=${shown(value)}`);
  const words = [
    paint(DIM, clock(String(time))),
    paint(COLOURS[name] ?? "", name.toUpperCase().padEnd(LEVEL_WIDTH)),
    safe(String(message)),
    paint(DIM, said.join(" ")),
  ];
  const stack = error === undefined ? [] : stackOf(error).map((each) => `    ${safe(each)}`);
  return `${[words.filter((word) => word !== "").join(" "), ...stack].join("\n")}\n`;
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** Of an ISO date the time of day, in this machine's zone. */
function clock(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const two = (value: number): string => String(value).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return PLAIN.test(text) ? text : safe(typeof value === "string" ? JSON.stringify(text) : text);
}

/** An error as pino writes it, line by line. */
function stackOf(error: unknown): string[] {
  const stack = typeof error === "object" && error !== null && "stack" in error ? error.stack : "";
  return (typeof stack === "string" && stack !== "" ? stack : JSON.stringify(error)).split("\n");
}

function safe(text: string): string {
  return text.replace(UNSAFE, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
