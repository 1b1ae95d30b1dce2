// A private Prometheus: on a free port of 127.0.0.1, in a temporary folder, with the shipped rules
// and the shipped way to scrape; only whom it asks, and where the token lies, is the test's.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { ALERTS_FILE } from "../monitoring.ts";
import { read, ROOT } from "../tree.ts";
import { freePort } from "./ports.ts";

const PROGRAM = "prometheus";
/** After this long a wait has failed; nothing waits so long when all is well. */
const PATIENCE_MS = 90_000;
const ASK_AGAIN_MS = 50;

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly metric: Labels;
  /** Unix time in seconds, and the value as text. */
  readonly value: readonly [number, string];
}

export interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "pending" | "firing";
}

interface Scrape {
  authorization: { credentials_file: string };
  static_configs: [{ targets: readonly string[] }];
}

/** Call `stop` after the test, whatever became of it. */
export class PrivatePrometheus {
  readonly #folder = mkdtempSync(join(tmpdir(), "aether-prometheus-"));
  readonly #lastResort = (): void => {
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  };
  #child: ChildProcess | null = null;
  #port = 0;
  #output = "";

  constructor() {
    process.on("exit", this.#lastResort);
  }

  /** Resolves when it answers. @param targets host:port of admin servers */
  async start(targets: readonly string[], tokenFile: string): Promise<void> {
    const shipped = parse(read("docker/prometheus/prometheus.yml")) as {
      rule_files: string[];
      scrape_configs: [Scrape];
    };
    const [scrape] = shipped.scrape_configs;
    scrape.authorization.credentials_file = tokenFile;
    scrape.static_configs[0].targets = targets;
    shipped.rule_files = [join(ROOT, ALERTS_FILE)];
    const config = join(this.#folder, "prometheus.yml");
    writeFileSync(config, stringify(shipped));
    this.#port = await freePort();
    const argv = [
      `--config.file=${config}`,
      `--web.listen-address=127.0.0.1:${this.#port}`,
      `--storage.tsdb.path=${join(this.#folder, "data")}`,
      "--log.level=warn",
    ];
    const child = spawn(PROGRAM, argv, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    child.stderr.on("data", (part: Buffer) => (this.#output += part.toString()));
    child.on("error", (error) => (this.#output += error.message));
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const isReady = await fetch(`${this.#url}/-/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady) return;
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`${PROGRAM} did not start on port ${this.#port}: ${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** An instant query. @param atS Unix time in seconds; now when absent */
  async query(expr: string, atS?: number): Promise<Sample[]> {
    const time = atS === undefined ? "" : `&time=${atS}`;
    const path = `query?query=${encodeURIComponent(expr)}${time}`;
    const { resultType, result } = (await this.#ask(path)) as {
      resultType: string;
      result: Sample[];
    };
    if (resultType !== "vector") throw new Error(`${expr} is a ${resultType}`);
    return result;
  }

  /** Alerts that are pending or fire, as anybody reads them. */
  async alerts(): Promise<ActiveAlert[]> {
    const { alerts } = (await this.#ask("alerts")) as { alerts: ActiveAlert[] };
    return alerts;
  }

  /** Whom it asks, and what went wrong with that. */
  async targets(): Promise<{ health: string; lastError: string; labels: Labels }[]> {
    const { activeTargets } = (await this.#ask("targets")) as {
      activeTargets: { health: string; lastError: string; labels: Labels }[];
    };
    return activeTargets;
  }

  /** Ends it and takes its folder away. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL"); // nothing of it is kept
      await gone;
    }
    process.off("exit", this.#lastResort);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async #ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== "success") throw new Error(`${path}: ${answer.error ?? "no answer"}`);
    return answer.data;
  }
}
