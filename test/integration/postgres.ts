// A private PostgreSQL: on a free port of 127.0.0.1, in a temporary folder, so that a test can
// kill, freeze and fill it.
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import { freePort } from "./ports.ts";

/** After this long a wait has failed; nothing waits so long when all is well. */
const PATIENCE_MS = 90_000;
const ASK_AGAIN_MS = 20;
const DEBIAN = "/usr/lib/postgresql";
const USER = "postgres";

export interface PrivatePostgresOptions {
  /** Settings beside the usual ones, e.g. { fsync: "off" }. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its folder is made; absent: where the system keeps temporary files. */
  readonly parent?: string;
}

/**
 * Call `stop` after the test, whatever became of it.
 *
 *     const postgres = new PrivatePostgres();
 *     await postgres.start();
 *     openWorldStore(postgres.url, …)
 */
export class PrivatePostgres {
  readonly folder: string;
  readonly #options: PrivatePostgresOptions;
  readonly #lastResort = (): void => {
    this.#signalAll("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  };
  #child: ChildProcess | null = null;
  #port = 0;
  #output = "";
  #databases = 0;

  constructor(options: PrivatePostgresOptions = {}) {
    this.#options = options;
    this.folder = mkdtempSync(join(options.parent ?? tmpdir(), "aether-postgres-"));
    process.on("exit", this.#lastResort);
  }

  get port(): number {
    return this.#port;
  }

  /** Of its first database; the same before and after `restart`. */
  get url(): string {
    return this.urlOf(USER);
  }

  urlOf(database: string): string {
    return `postgres://${USER}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    if (isRoot()) {
      const { uid, gid } = postgresUser();
      chownSync(this.folder, uid, gid);
    }
    const [file, argv] = command("initdb", [
      "-D",
      this.#data,
      "-U",
      USER,
      "-A",
      "trust",
      "-N",
      "-E",
      "UTF8",
      "--locale=C",
    ]);
    execFileSync(file, argv, { stdio: ["ignore", "ignore", "pipe"], cwd: this.folder });
    this.#port = await freePort();
    await this.#run();
  }

  /** Starts it again on its port, after `kill`. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#run();
  }

  /** SIGKILL to the postmaster and all that it started; resolves when they are gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const backends = processesBelow(child.pid ?? 0);
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    // They notice by themselves; the data cannot be opened again before the last is gone.
    signalEach(backends, "SIGKILL");
    await waitFor(() => backends.every((pid) => !isAlive(pid)));
  }

  /** Connections stay open and new ones are taken, but nothing is answered. */
  freeze(): void {
    this.#signalAll("SIGSTOP");
  }

  thaw(): void {
    this.#signalAll("SIGCONT");
  }

  /** A new database. @returns its URL */
  async database(encoding = "UTF8"): Promise<string> {
    const name = `made_${++this.#databases}`;
    const how = `ENCODING '${encoding}' TEMPLATE template0`;
    await this.query(this.url, `CREATE DATABASE ${name} ${how}`);
    return this.urlOf(name);
  }

  /** Runs SQL on a connection of its own. */
  async query(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends it and takes its folder away. */
  async stop(): Promise<void> {
    this.thaw();
    await this.kill();
    process.off("exit", this.#lastResort);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.folder, "data");
  }

  async #run(): Promise<void> {
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(this.#port),
      unix_socket_directories: this.folder,
      fsync: "on",
      max_connections: "40",
      ...this.#options.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [file, argv] = command("postgres", ["-D", this.#data, ...flags]);
    const child = spawn(file, argv, { stdio: ["ignore", "pipe", "pipe"], cwd: this.folder });
    this.#child = child;
    this.#output = "";
    const keep = (part: Buffer): void => void (this.#output += part.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => void (this.#output += error.message));
    await waitFor(async () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`PostgreSQL did not start on port ${this.#port}: ${this.#output}`);
      }
      return this.query(this.url, "SELECT 1").then(
        () => true,
        () => false,
      );
    });
  }

  #signalAll(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) signalEach([pid, ...processesBelow(pid)], signal);
  }
}

type Row = Record<string, unknown>;

/** PostgreSQL refuses to run as root; setpriv replaces itself, so the child is the program. */
function command(program: string, argv: readonly string[]): [file: string, argv: string[]] {
  const file = join(programs(), program);
  if (!isRoot()) return [file, [...argv]];
  const asUser = [`--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"];
  return ["setpriv", [...asUser, file, ...argv]];
}

function programs(): string {
  const folder = postgresPrograms();
  if (folder === null) throw new Error(`no PostgreSQL below ${DEBIAN}: install postgresql`);
  return folder;
}

/** @returns the folder of the newest version's programs; null where there is none */
export function postgresPrograms(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, "bin")).find(hasServer) ?? null;
}

function hasServer(folder: string): boolean {
  try {
    accessSync(join(folder, "postgres"));
    return true;
  } catch {
    return false;
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function postgresUser(): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${USER}:`));
  const [, , uid, gid] = (line ?? "").split(":");
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${USER}`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** Children of `pid`: PostgreSQL's processes are all the postmaster's own. */
function processesBelow(pid: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((each) => Number.isInteger(each) && parentOf(each) === pid);
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // pid (name) state parent …; a name may hold anything.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0; // ended meanwhile
  }
}

function isAlive(pid: number): boolean {
  return parentOf(pid) !== 0;
}

function signalEach(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // ended meanwhile
    }
  }
}

async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("PostgreSQL took too long");
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
