// How entities look by what they are: by their kind, or by a flag of a component, as the feed names
// them. An application says nothing of colours: whoever looks chooses what is shown.
import { defineComponent } from "../client/index.ts";
import type { Component, FieldKind } from "../client/index.ts";
import type { FeedHello } from "../feed/hello.ts";
import type { WorldView } from "./world-view.ts";

type Fields = Readonly<Record<string, FieldKind>>;

interface Field {
  /** As in "tag.isIt". */
  readonly label: string;
  readonly name: string;
  readonly isFlag: boolean;
  readonly component: Component<Fields>;
}

/** What is shown. */
export type Way =
  | { readonly what: "nothing" }
  | { readonly what: "kind" }
  | { readonly what: "flag"; readonly field: Field };

const NOTHING: Way = { what: "nothing" };
/** Colours of kinds, by their place in the list; there are so many, then they begin again. */
export const KIND_COLOURS = [
  ...(["phase-1", "phase-3", "phase-0", "phase-5", "phase-2", "phase-4"] as const),
];

export class Looks {
  /** Of the ways that there are, the one at hand. */
  way: Way = NOTHING;
  fields: readonly Field[] = [];
  readonly #view: WorldView;
  #ways: readonly Way[] = [NOTHING];
  #kinds: FeedHello["kinds"] = [];

  constructor(view: WorldView) {
    this.#view = view;
  }

  /** The first flag is shown, where there is one; else kinds, where there are several. */
  begin(hello: FeedHello): void {
    this.#kinds = hello.kinds;
    this.fields = hello.components.flatMap(({ fields, name, start }) => {
      const component = defineComponent(kindsOf(fields), { end: start });
      return fields.map(([field, kind]) => {
        return { label: `${name}.${field}`, name: field, isFlag: kind === "flag", component };
      });
    });
    const flags = this.fields.filter(({ isFlag }) => isFlag);
    const before = labelOf(this.way);
    this.#ways = [
      ...flags.map((field): Way => ({ what: "flag", field })),
      ...(hello.kinds.length > 1 ? [{ what: "kind" } as const] : []),
      NOTHING,
    ];
    const kept = before === "" ? undefined : this.#ways.find((way) => labelOf(way) === before);
    this.way = kept ?? this.#ways[0] ?? NOTHING;
  }

  /** Whether there is anything to choose. */
  get hasWays(): boolean {
    return this.#ways.length > 1;
  }

  /** As it is called on its button. */
  get label(): string {
    return labelOf(this.way) || "plain";
  }

  next(): void {
    const at = this.#ways.findIndex((way) => labelOf(way) === labelOf(this.way));
    this.way = this.#ways[(at + 1) % this.#ways.length] ?? NOTHING;
  }

  /** Whether a place of the scene has the flag that is shown. */
  isMarked(place: number): boolean {
    if (this.way.what !== "flag") return false;
    return this.#valueAt(place, this.way.field) === true;
  }

  /** The colour of a place's kind, by its number in KIND_COLOURS. */
  colourAt(place: number): number {
    const id = this.#view.scene?.kinds[place] ?? 0;
    const at = this.#kinds.findIndex((kind) => kind.id === id);
    return (at < 0 ? id : at) % KIND_COLOURS.length;
  }

  /** What is told of whoever lives in a row: "isIt yes, score 3"; "" where nothing is. */
  wordsOf(row: number): string {
    const place = this.#view.placeOf(row);
    if (place < 0) return "";
    const values = this.fields.map((field) => {
      return `${field.name} ${wordOf(this.#valueAt(place, field))}`;
    });
    if (this.#kinds.length > 1) values.unshift(this.nameOf(this.#view.scene?.kinds[place] ?? 0));
    return values.join(", ");
  }

  /** What is in the legend: a name and its colour, a place in KIND_COLOURS. */
  get keys(): readonly (readonly [name: string, colour: number])[] {
    return this.#kinds.map(({ name }, at) => [name, at % KIND_COLOURS.length] as const);
  }

  nameOf(kind: number): string {
    return this.#kinds.find(({ id }) => id === kind)?.name ?? `kind ${kind}`;
  }

  #valueAt(place: number, { component, name }: Field): boolean | number | Uint8Array {
    const { componentBytes = 0, components } = this.#view.scene ?? {};
    if (components === undefined || componentBytes < component.end) return 0;
    return component.get(components, place * componentBytes, name);
  }
}

function labelOf(way: Way): string {
  return way.what === "flag" ? way.field.label : way.what === "kind" ? "kinds" : "";
}

function kindsOf(fields: readonly (readonly [string, string])[]): Fields {
  const kinds = fields.map(([name, kind]) => [name, /^\d+$/.test(kind) ? Number(kind) : kind]);
  return Object.fromEntries(kinds) as Fields;
}

function wordOf(value: boolean | number | Uint8Array): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? `${value}` : value.toFixed(2);
  return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
