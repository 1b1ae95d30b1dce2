// Every capsule that lies in test/capsules is played on both engines: what went wrong once, in a
// recorded world, stays right. Drop another one in, and it is played as well.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { CAPSULE_SUFFIX } from "../src/journal/capsule.ts";
import { locate } from "../src/journal/locate.ts";
import { play } from "../src/journal/play.ts";
import type { Player } from "../src/journal/play.ts";
import { openFile } from "../src/journal/reader.ts";
import { ENGINES } from "../src/kernel/kernel.ts";
import { openKernel } from "../src/kernel/open.ts";

const FOLDER = fileURLToPath(new URL("capsules/", import.meta.url));
const CAPSULES = readdirSync(FOLDER).filter((name) => name.endsWith(CAPSULE_SUFFIX));
const PLAYERS: readonly Player[] = ENGINES.map((name) => ({ name, open: () => openKernel(name) }));

test("there are capsules", () => {
  expect(CAPSULES.length).toBeGreaterThan(0);
});

describe.each(CAPSULES)("%s", (name) => {
  const segments = [{ name, open: () => openFile(join(FOLDER, name)) }];

  // Side by side as well: of a step that a kernel trapped in no end was recorded, but there is one.
  test.each([...ENGINES, "both"])("comes out on %s as it was recorded", (engine) => {
    const players = PLAYERS.filter(({ name: of }) => engine === "both" || of === engine);
    const played = play({ segments, players });
    const { difference } = played;
    const options = { segments, players: PLAYERS, rowsMax: 3 };
    // A sentence and rows in place of two hashes.
    expect(difference === null ? null : locate(difference, options)).toBeNull();
    expect(played.ticks).toBeGreaterThan(0);
    const [first, ...rest] = played.notes;
    expect(first).toMatchObject({ what: "mark", mark: { what: "capsule" } });
    expect(rest.at(-1)).toMatchObject({ what: "end", end: { kind: "clean" } });
  });
});
