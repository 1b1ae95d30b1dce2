// The example client in Python, which knows the schema and the documents only: against the golden
// frames, and against a live server with another player in sight.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { GOLDEN_FRAMES } from "../../proto/golden.ts";
import { AetherClient } from "../../src/client/client.ts";
import { CLOSES } from "../../src/protocol/codes.ts";
import { aether } from "../../src/protocol/schema.ts";
import { ServerProcess } from "./server-process.ts";

const FOLDER = fileURLToPath(new URL("../../examples/python/", import.meta.url));
const EXAMPLE = `${FOLDER}client.py`;
/** Debian's own: its packages lie where another Python does not look. */
const PYTHON = "/usr/bin/python3";
const MISSING = "Debian: python3-protobuf, python3-websockets, protobuf-compiler";
const LINES_MAX = 100;
const TICKS = 100;

let isInstalled = false;
let server: ServerProcess;
let url = "";
beforeAll(async () => {
  const python = spawnSync(PYTHON, ["-c", "import google.protobuf, websockets"]);
  isInstalled = python.status === 0 && spawnSync("protoc", ["--version"]).status === 0;
  server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: "none" } });
  ({ url } = await server.listening());
});
afterAll(async () => {
  await server.destroy();
});

/** Runs Python. @returns what it printed, as JSON */
async function run(argv: readonly string[], input = ""): Promise<unknown> {
  const child = spawn(PYTHON, ["-B", ...argv], { cwd: FOLDER });
  let [told, wrong] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (told += part.toString()));
  child.stderr.on("data", (part: Buffer) => (wrong += part.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  expect([code, wrong]).toEqual([0, ""]);
  return JSON.parse(told);
}

/** Reads frames from stdin, and says what the example would write, and whether a view agrees. */
const GOLDEN = `
import json, sys, client
written, view = {}, client.View()
for name, side, frame in json.load(sys.stdin):
    kind = client.aether.ClientMessage if side == "client" else client.aether.ServerMessage
    message = kind.FromString(bytes.fromhex(frame))
    written[name] = message.SerializeToString().hex()
    if name in ("aoi-reset", "aoi"):
        view.apply(message.aoi)
    if name == "digest":
        agrees = view.agrees(message.digest)
print(json.dumps({"written": written, "agrees": agrees}))
`;

test("it is an example: at most 100 lines", () => {
  const lines = readFileSync(EXAMPLE, "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(LINES_MAX);
});

test("it reads and writes every golden frame, and its view has the digest", async ({ skip }) => {
  skip(!isInstalled, MISSING);
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const frames = GOLDEN_FRAMES.map(({ name, side, bytes }) => [name, side, hex(bytes)]);
  const told = (await run(["-c", GOLDEN], JSON.stringify(frames))) as {
    written: Record<string, string>;
    agrees: boolean;
  };
  expect(told.agrees).toBe(true);
  expect(Object.keys(told.written)).toHaveLength(GOLDEN_FRAMES.length);
  for (const { name, side, bytes } of GOLDEN_FRAMES) {
    const message = side === "client" ? aether.ClientMessage : aether.ServerMessage;
    // The order of fields is free: compared is what they say.
    const said = message.decode(Buffer.from(told.written[name] ?? "", "hex"));
    expect([name, said]).toEqual([name, message.decode(Buffer.from(bytes))]);
  }
});

test("it plays, sees another player, proves its view and leaves", async ({ skip }) => {
  skip(!isInstalled, MISSING);
  const seen = new Set<number>();
  const client = new AetherClient({ url, name: "neighbour", spawn: { x: 0, y: 0 } });
  client.on("enter", (id) => seen.add(id));
  client.steer(10, 0);
  const isJoined = new Promise<void>((resolve) => {
    client.on("state", (state) => {
      if (state === "joined") resolve();
    });
  });
  client.connect();
  await isJoined;
  const told = (await run([EXAMPLE, url, String(TICKS)])) as Record<string, unknown>;
  client.close();
  expect(told).toMatchObject({
    ...{ seen: 1, digests: 1, wrong: 0, corrections: 0, errors: [] },
    closed: CLOSES.LEFT.code,
  });
  expect(told["ticks"]).toBeGreaterThanOrEqual(TICKS);
  expect([...seen]).toEqual([told["entity"]]);
});
