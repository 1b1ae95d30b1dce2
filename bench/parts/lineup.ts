// Who meets in which part. The first of a part is the reference of its ratios.
import type { Crowd } from "../workload.ts";
import { type Build, BUILDS } from "./builds.ts";
import { engineIntents, engineUpdates, protobufIntents, protobufUpdates } from "./decoding.ts";
import { aoiDiff, framing, index, insert, messages, query, validation } from "./kernel-parts.ts";
import type { Opening, Prepared } from "./prepared.ts";
import * as protobuf from "./protobuf.ts";
import type { Part } from "./results.ts";

export interface Entry {
  readonly name: string;
  readonly note: string | null;
  readonly open: Opening;
}

export interface PartEntry {
  readonly part: Part;
  readonly what: string;
  readonly per: string;
  /** True when it is a part of the kernel that only the build in parts can call alone. */
  readonly isCut?: true;
  readonly entries: readonly Entry[];
}

type OfBuild = (build: Build, crowd: Crowd) => Promise<Prepared> | Prepared;

const builds = (open: OfBuild): Entry[] =>
  BUILDS.map((name) => ({ name, note: null, open: (crowd) => open(name, crowd) }));

const AS_MESSAGES = "An Entity message for each neighbour that moved; no limit of 512 bytes.";
const AS_BYTES = "Records of six bytes packed by hand in JavaScript; no limit of 512 bytes.";
const SAME_WIRE = "Six bytes a neighbour in a bytes field, read by hand after the decoder.";

function protobufjs(open: (shape: protobuf.Shape, crowd: Crowd) => Prepared, packed: string) {
  const both: Entry[] = [
    { name: "protobufjs", note: AS_MESSAGES, open: (crowd) => open("messages", crowd) },
    { name: "protobufjs-packed", note: packed, open: (crowd) => open("packed", crowd) },
  ];
  return both;
}

export const LINEUP: readonly PartEntry[] = [
  {
    part: "insert",
    what: "An eighth of the rows is taken out of the index, each is put in again.",
    per: "row",
    isCut: true,
    entries: builds(insert),
  },
  {
    part: "index",
    what: "The spatial index is made anew after one tick of movement.",
    per: "row",
    isCut: true,
    entries: builds(index),
  },
  {
    part: "validation",
    what: "One intent of each row is judged and applied, with its place in index and state hash.",
    per: "intent",
    isCut: true,
    entries: builds(validation),
  },
  {
    part: "aoi-diff",
    what: "Told sets of all observers after a tick of movement: who entered, who left; no frames.",
    per: "observer",
    isCut: true,
    entries: builds(aoiDiff),
  },
  {
    part: "framing",
    what: "Bodies of all observers' updates: all move whom they are told of; the sets are known.",
    per: "update",
    isCut: true,
    entries: [...builds(framing), ...protobufjs(protobuf.framing, AS_BYTES)],
  },
  {
    part: "messages",
    what: "The same as messages ready to be sent: with their headers, each as a Uint8Array.",
    per: "update",
    isCut: true,
    entries: [...builds(messages), ...protobufjs(protobuf.messages, AS_BYTES)],
  },
  {
    part: "query",
    what: "The rows within 200 units of a place of chance.",
    per: "query",
    entries: builds(query),
  },
  {
    part: "decode-update",
    what: "Clients decode the updates of eight ticks and apply them to their views.",
    per: "update",
    entries: [
      { name: "aether", note: null, open: engineUpdates },
      ...protobufjs(protobufUpdates, SAME_WIRE),
    ],
  },
  {
    part: "decode-intent",
    what: "The server decodes one movement message.",
    per: "message",
    entries: [
      { name: "aether", note: null, open: engineIntents },
      { name: "protobufjs", note: null, open: protobufIntents },
    ],
  },
];

/** @throws Error for a part or a name that is in no list */
export function entryOf(part: Part, name: string): Entry {
  const entry = LINEUP.find((each) => each.part === part)?.entries.find((e) => e.name === name);
  if (entry === undefined) throw new Error(`nobody is called ${name} in ${part}`);
  return entry;
}
