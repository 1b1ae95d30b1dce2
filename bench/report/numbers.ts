// Numbers as the page writes them: three digits that mean something, thousands apart.

/** A quantity to three digits, such as 0.123, 12.3, 1,230. */
export function quantity(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return thousands(value >= 100 ? value.toFixed(0) : value.toFixed(Math.min(digits, 3)));
}

/** A whole number, thousands apart. */
export function count(value: number): string {
  return thousands(String(Math.round(value)));
}

/** How many times one is the other, such as 0.83x, 3.1x, 42x. */
export function times(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const text = value < 2 ? value.toFixed(2) : value < 20 ? value.toFixed(1) : value.toFixed(0);
  return `${thousands(text)}x`;
}

/** A number on an axis, as short as it can be. */
export function mark(value: number): string {
  return thousands(String(Number(value.toPrecision(6))));
}

function thousands(text: string): string {
  const [whole = "", part] = text.split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}
