// The image, without an engine: the steps of docker/Dockerfile are run as they stand, in folders,
// and what they make is started as a container would be.
import { spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";

import { envOf, lastOf, parseDockerfile, wordsOf } from "../dockerfile.ts";
import { objectAt, read, ROOT } from "../tree.ts";
import { firstProcesses, NativeContainer, statusOf, whyNoContainer } from "./native-container.ts";
import { freePort } from "./ports.ts";

const stages = parseDockerfile(read("docker/Dockerfile"));
const last = stages.at(-1);
const USER = Number(lastOf(last, "USER").split(":")[0]);
const WORKDIR = lastOf(stages[0], "WORKDIR");
const DATA = lastOf(last, "VOLUME");

/** The words of a COPY: where from, and what. */
function copies(): { from: string; sources: string[]; target: string }[] {
  const all = last?.instructions.filter(({ name }) => name === "COPY") ?? [];
  return all.map(({ text }) => {
    const words = text.split(/ +/);
    const from = words[0]?.startsWith("--from=") === true ? (words.shift() ?? "") : "";
    const target = words.pop() ?? "";
    return { from: from.replace("--from=", ""), sources: words, target };
  });
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), "aether-image-"));
}

describe("the image", () => {
  const why = whyNoContainer();
  beforeEach((context) => {
    if (why !== null) context.skip(why);
  });

  const container = new NativeContainer();
  const folders = new Map(["build", "modules"].map((stage) => [stage, temporary()]));

  /** Does what a stage says, in a folder that stands for its working directory. */
  function make(stage: string, folder: string): void {
    const path = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
    for (const { name, text } of stages.find((each) => each.name === stage)?.instructions ?? []) {
      if (name === "COPY") {
        const words = text.split(/ +/);
        const target = words.pop() ?? "";
        for (const source of words)
          copy(join(ROOT, source), join(folder, target, target === "./" ? source : ""));
        continue;
      }
      expect(name).toBe("RUN");
      const command = text.replace(/^--mount=\S+ /, "");
      const ran = spawnSync("sh", ["-ec", command], {
        cwd: folder,
        env: { HOME: homedir(), PATH: path },
      });
      expect(ran.status, ran.stderr.toString()).toBe(0);
    }
  }

  /** As the engine does, without what .dockerignore keeps from it. */
  function copy(from: string, to: string): void {
    cpSync(from, to, { recursive: true, filter: (file) => !file.endsWith(".test.ts") });
  }

  beforeAll(() => {
    if (why !== null) return;
    for (const [stage, folder] of folders) make(stage, folder);
    for (const { from, sources, target } of copies()) {
      for (const source of sources) {
        const file = join(folders.get(from) ?? ROOT, source.replace(`${WORKDIR}/`, ""));
        copy(file, container.at(join(WORKDIR, target === "./" ? source : target)));
      }
    }
    mkdirSync(container.at("/run/aether"), { recursive: true });
    writeFileSync(container.at("/run/aether/postgres-password"), "drawn");
    mkdirSync(container.at(DATA));
    chownSync(container.at(DATA), USER, USER);
  }, 600_000);

  afterAll(async () => {
    await container.destroy();
    for (const folder of folders.values()) rmSync(folder, { recursive: true });
  });

  function run(argv: readonly string[], env: Record<string, string>): ChildProcess {
    const all = { ...envOf(last), ...env };
    return container.start(argv, { user: USER, env: all, workdir: WORKDIR }, DATA);
  }

  /** Resolves with what it wrote and its exit code. */
  async function ended(child: ChildProcess): Promise<{ output: string; code: unknown }> {
    let output = "";
    const keep = (part: Buffer): void => void (output += part.toString());
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const [code] = (await once(child, "close")) as unknown[];
    return { output, code };
  }

  test("H50 holds the modules that run, one binary of each, and nothing that builds", () => {
    const lock = objectAt(JSON.parse(read("package-lock.json")), "packages");
    const wanted = Object.entries(lock)
      .filter(([path, entry]) => path !== "" && !("dev" in objectAt(entry)))
      .filter(([, entry]) => !("optional" in objectAt(entry)))
      .map(([path]) => path.replace("node_modules/", ""));
    const folder = container.at(join(WORKDIR, "node_modules"));
    const found = readdirSync(folder).flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`)
        : [name],
    );
    const top = wanted.filter((path) => !path.includes("node_modules/"));
    expect(found.filter((name) => !name.startsWith(".")).sort()).toEqual(top.sort());
    expect(readdirSync(join(folder, "uWebSockets.js/dist/bin"))).toEqual([
      `uws_linux_${process.arch}_${process.versions.modules}.node`,
    ]);
    const du = spawnSync("du", ["--summarize", "--bytes", container.at(WORKDIR)]);
    // 26 MB when this was written; the base image is not in it.
    expect(Number(du.stdout.toString().split("\t")[0])).toBeLessThan(40_000_000);
    expect(existsSync(container.at(join(WORKDIR, "dist/cli/aether.js")))).toBe(true);
  });

  test("H52 serves as process 1, not root, writes nowhere; SIGTERM ends it with 0", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { AETHER_GATEWAY_BIND_ADDR: address };
    const health = wordsOf(lastOf(last, "HEALTHCHECK").replace(/^[^[]*/, ""));
    const before = await ended(run(health, env));
    expect(before).toMatchObject({
      code: 1,
      output: expect.stringContaining("ECONNREFUSED") as string,
    });

    const server = run(
      [...wordsOf(lastOf(last, "ENTRYPOINT")), ...wordsOf(lastOf(last, "CMD"))],
      env,
    );
    let output = "";
    server.stdout?.on("data", (part: Buffer) => (output += part.toString()));
    const end = ended(server);
    await expect.poll(() => output).toContain(`listens on ws://${address}`);
    expect(await ended(run(health, env))).toEqual({
      code: 0,
      output: `${address}/healthz answers 200\n`,
    });

    const [first = 0] = firstProcesses(server);
    const status = statusOf(first);
    expect(status).toMatchObject({
      ...{ Name: "node", Uid: Array(4).fill(USER).join(" "), Groups: "", NoNewPrivs: "1" },
      ...{ CapEff: "0".repeat(16), CapPrm: "0".repeat(16), CapBnd: "0".repeat(16) },
    });
    expect(status["NSpid"]).toBe(`${first} 1`);
    const tries =
      "for at in / /app /usr /etc; do touch $at/x 2>/dev/null && echo $at; done; touch /data/x";
    expect(await ended(run(["/bin/sh", "-c", tries], env))).toEqual({ code: 0, output: "" });
    expect(statSync(container.at(join(DATA, "aether.db"))).uid).toBe(USER);

    // What docker-compose.yml puts in front of it: a password from a file, and the same process.
    const compose: unknown = parse(read("docker/docker-compose.yml"), { merge: true });
    const [, , script = ""] = (
      objectAt(compose, "services", "aether")["entrypoint"] as string[]
    ).map((word) => word.replaceAll("$$", "$"));
    const shell = ["/bin/sh", "-c"];
    expect(await ended(run([...shell, script, "aether", "--help"], env))).toMatchObject({
      code: 0,
    });
    const shows = script.replace(/exec node .*/, "exec printenv PGPASSWORD");
    expect(await ended(run([...shell, shows], env))).toEqual({ code: 0, output: "drawn\n" });

    process.kill(first, "SIGTERM");
    const { code } = await end;
    expect(output.trim().split("\n").at(-1)).toContain('"message":"Stopped"');
    expect(code).toBe(0);
  });

  test("H60 killed, it leaves its journal in the volume; the next one goes on there", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { AETHER_GATEWAY_BIND_ADDR: address, AETHER_PERSISTENCE_FLUSH_MS: "1000" };
    const command = [...wordsOf(lastOf(last, "ENTRYPOINT")), ...wordsOf(lastOf(last, "CMD"))];
    /** How far journal and store have come. */
    const reached = async (): Promise<{ journal: number; store: number }> => {
      const { checks } = (await (await fetch(`http://${address}/readyz`)).json()) as {
        checks: Record<"journal" | "database", { message: string }>;
      };
      const tickIn = (text: string): number => Number(/tick (\d+)/.exec(text)?.[1] ?? -1);
      const { journal, database } = checks;
      return { journal: tickIn(journal.message), store: tickIn(database.message) };
    };
    const started = async (): Promise<{ server: ChildProcess; output: string }> => {
      const server = run(command, env);
      let output = "";
      server.stdout?.on("data", (part: Buffer) => (output += part.toString()));
      await expect.poll(() => output).toContain(`listens on ws://${address}`);
      return { server, output };
    };
    const { server } = await started();
    let at = await reached();
    const isAhead = async (): Promise<boolean> => {
      at = await reached();
      return at.store > 0 && at.journal > at.store + 8;
    };
    await expect.poll(isAhead).toBe(true);
    const [first = 0] = firstProcesses(server);
    const gone = once(server, "exit");
    process.kill(first, "SIGKILL");
    await gone;

    const next = await started();
    const line = next.output.split("\n").find((each) => each.includes("goes on from its journal"));
    expect(line).toBeDefined();
    const { tick } = JSON.parse(line ?? "{}") as { tick: number };
    expect(tick).toBeGreaterThanOrEqual(at.journal);
    const [second = 0] = firstProcesses(next.server);
    const over = once(next.server, "exit");
    process.kill(second, "SIGTERM");
    await over;
  });
});

describe("docker/make-secrets.sh", () => {
  const folder = temporary();
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const isRoot = process.getuid?.() === 0;
  beforeEach((context) => {
    if (!isRoot) context.skip("only root may give files away");
  });

  /** With the one capability that docker-compose.yml leaves it. */
  function draw(): void {
    const flags = ["--bounding-set=-all,+chown", "--inh-caps=-all,+chown", "--no-new-privs"];
    const script = join(ROOT, "docker/make-secrets.sh");
    const ran = spawnSync("setpriv", [...flags, "/bin/sh", script, folder]);
    expect([ran.status, ran.stderr.toString()]).toEqual([0, ""]);
  }

  function files(): Map<string, string> {
    const names = readdirSync(folder, { recursive: true }).map(String).sort();
    const plain = names.filter((name) => statSync(join(folder, name)).isFile());
    return new Map(plain.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  }

  test("H48 draws once, keeps what it drew, and hands each to one user", () => {
    draw();
    const drawn = files();
    const who = [...drawn.keys()].map((name) => {
      const { uid, mode } = statSync(join(folder, name));
      return `${name} ${uid} ${(mode & 0o777).toString(8)}`;
    });
    expect(who).toEqual([
      "aether/admin-token 10001 400",
      "aether/postgres-password 10001 400",
      "kept/admin-token 0 600",
      "kept/postgres-password 0 600",
      "postgres/postgres-password 999 400",
      "prometheus/admin-token 65534 400",
    ]);
    for (const secret of drawn.values()) expect(secret).toMatch(/^[\w-]{43}$/);
    expect(new Set(drawn.values()).size).toBe(2);
    draw();
    expect(files()).toEqual(drawn);
  });
});
