import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { forkPlain } from "./fork.ts";

test("a process that measures runs TypeScript without taking the types off itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-fork-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const workload = new URL("./workload.ts", import.meta.url).href;
  writeFileSync(
    join(folder, "worker.ts"),
    `import { UNIT } from ${JSON.stringify(workload)};
     const unit: number = UNIT;
     const loaded: string[] = Reflect.get(process, "moduleLoadList");
     process.send!({ unit, strippers: loaded.filter((name) => name.includes("amaro")) });`,
  );
  const child = forkPlain(join(folder, "worker.ts"));
  const [answer] = (await once(child, "message")) as unknown[];
  await once(child, "exit");
  expect(answer).toEqual({ unit: 256, strippers: [] });
});
