// A process that measures may end at any moment; whoever asks it is told so in words.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { onTestFinished, expect, test } from "vitest";

import { ask, end } from "./ask.ts";
import { forkPlain } from "./fork.ts";

const LOOK_MS = 20;
const LOOKS = 1000;

/** A module of this folder, as a program elsewhere imports it. */
function moduleOf(name: string): string {
  return JSON.stringify(new URL(name, import.meta.url).href);
}

/** @param files texts by name */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "aether-ask-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Waits until a process has ended. @throws where it lives on */
async function goneBy(pid: number): Promise<void> {
  for (let i = 0; i < LOOKS; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await setTimeout(LOOK_MS);
  }
  throw new Error(`process ${pid} lives on`);
}

/** Answers with what it is asked for, throws or ends. */
function started(): ChildProcess {
  const folder = folderOf({
    "worker.ts": `import { answerBy } from ${moduleOf("./ask.ts")};
     answerBy(async ({ say, fail, exit }: any) => {
       if (exit !== undefined) process.exit(exit);
       if (fail !== undefined) throw new Error(fail);
       return say;
     });`,
  });
  const child = forkPlain(join(folder, "worker.ts"));
  onTestFinished(() => end(child));
  return child;
}

test("an order is answered by a value, or by what went wrong", async () => {
  const child = started();
  expect(await ask(child, { say: Int32Array.of(1, 2) })).toEqual(Int32Array.of(1, 2));
  await expect(ask(child, { fail: "no room" })).rejects.toThrow("no room");
  expect(await ask(child, { say: "still there" })).toBe("still there");
  expect(child.listenerCount("exit")).toBe(0);
});

test("a process that ends fails the order at work and all that follow", async () => {
  const child = started();
  await expect(ask(child, { exit: 3 })).rejects.toThrow("its process ended with 3");
  await expect(ask(child, { say: 1 })).rejects.toThrow("its process ended with 3");
  expect(child.listenerCount("message")).toBe(0);
});

test("a process that was ended is known by its signal", async () => {
  const child = started();
  await end(child);
  await end(child);
  await expect(ask(child, { say: 1 })).rejects.toThrow("its process ended with SIGKILL");
});

test.each(["SIGINT", "SIGKILL"] as const)(
  "a process that measures ends with its parent, and says nothing: %s to that alone",
  async (signal) => {
    const folder = folderOf({
      "parent.ts": `import { forkPlain } from ${moduleOf("./fork.ts")};
        import { ask } from ${moduleOf("./ask.ts")};
        const child = forkPlain(new URL("./worker.ts", import.meta.url).pathname);
        await ask(child, { answer: "first" });
        console.log(child.pid);
        await ask(child, { answer: "late" });`,
      "worker.ts": `import { answerBy } from ${moduleOf("./ask.ts")};
        answerBy(async ({ answer }: any) => {
          // as a window of ticks does: nothing is heard meanwhile
          if (answer === "late") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
          return answer;
        });`,
    });
    const parent = spawn(process.execPath, [join(folder, "parent.ts")]);
    let said = "";
    parent.stderr.on("data", (text: Buffer) => (said += text.toString()));
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    parent.kill(signal);
    await once(parent, "close");
    await goneBy(Number(pid.toString()));
    expect(said).toBe("");
  },
);

test("what a command keeps ends with it, by a signal to it alone or by itself", async () => {
  const folder = folderOf({
    "parent.ts": `import { spawn } from "node:child_process";
      import { keep } from ${moduleOf("./children.ts")};
      const sleep = ["-e", "setInterval(() => undefined, 1000)"];
      console.log(keep(spawn(process.execPath, sleep)).pid);
      process.stdin.once("data", () => process.exit(0));`,
  });
  for (const [end, code] of [
    [(parent: ChildProcess) => parent.kill("SIGTERM"), 143],
    [(parent: ChildProcess) => parent.stdin?.write("."), 0],
  ] as const) {
    const parent = spawn(process.execPath, [join(folder, "parent.ts")]);
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    end(parent);
    expect((await once(parent, "close"))[0]).toBe(code);
    await goneBy(Number(pid.toString()));
  }
});
