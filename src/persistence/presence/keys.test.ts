import { expect, test } from "vitest";

import { presenceKeys } from "./keys.ts";

test("an ordinary world's keys are as documented", () => {
  const keys = presenceKeys("main");
  expect(keys.server).toBe("aether:{main}:server");
  expect(keys.sessions).toBe("aether:{main}:sessions");
  expect(keys.session("x{1}")).toBe("aether:{main}:session:x{1}");
});

test("all keys of a world have the same, non-empty hash tag, whatever its name", () => {
  for (const world of ["main", "}", "{}", "a}b", "{a", "50%"]) {
    const keys = presenceKeys(world);
    const all = [keys.server, keys.sessions, keys.session("}{x}"), keys.session("")];
    // Redis Cluster hashes what stands between the first "{" and the first "}" behind it.
    const tags = new Set(all.map((key) => /\{([^}]*)\}/.exec(key)?.[1]));
    expect(tags.size, world).toBe(1);
    expect([...tags][0], world).not.toBe("");
  }
});
