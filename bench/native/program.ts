// The native kernel's process: requests go out over its stdin, answers come back in order.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMAND_WORDS, INTENT_WORDS } from "../../build/twin/layout.js";

const RUN = 1;
const CALL = 2;
const DUMP = 3;
const WRITE = 4;
const ANSWER_WORDS = 3;
const PAGE = 4096;

/** One runs whole steps, the other one all of a step but the records of moves. */
export type Program = "kernel" | "sets";

/** Where `node bench/native/build.mjs` puts the program, and the C that it is made of. */
export const BUILT = fileURLToPath(new URL("../../build/native", import.meta.url));

/** One tick's input: what the world's recorder is told. */
export interface Input {
  /** COMMAND_WORDS each. */
  readonly commands: Int32Array;
  /** INTENT_WORDS each. */
  readonly intents: Int32Array;
}

/** A recorder's words, copied: they are valid during its call only. */
export function inputOf(
  commands: Int32Array,
  commandCount: number,
  intents: Int32Array,
  intentCount: number,
): Input {
  return {
    commands: commands.slice(0, commandCount * COMMAND_WORDS),
    intents: intents.slice(0, intentCount * INTENT_WORDS),
  };
}

/** What one tick came to. */
export interface Step {
  /** By the process's own clock around the step alone. */
  readonly nanoseconds: number;
  readonly hashLow: number;
  readonly hashHigh: number;
}

interface Waiting {
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (reason: Error) => void;
}

export class NativeProgram {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];
  #chunks: Buffer[] = [];
  #held = 0;
  #exports: readonly string[] = [];

  private constructor(file: string) {
    this.#child = spawn(file, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#take(chunk);
    });
    const kill = (): void => void this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.once("exit", () => process.off("exit", kill));
    const end = (why: string) => (): void => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${file} ${why}`));
    };
    this.#child.on("error", end("could not be started: run node bench/native/build.mjs"));
    this.#child.on("exit", end("ended before it answered"));
    // a broken pipe comes with the exit, which says so
    this.#child.stdin?.on("error", () => undefined);
  }

  /** Starts a program of a folder and waits until it is ready. */
  static async start(folder = BUILT, name: Program = "kernel"): Promise<NativeProgram> {
    const program = new NativeProgram(join(folder, name));
    program.#exports = (await program.#answer()).toString().split(" ");
    return program;
  }

  /** Runs one tick for each input; all of them are sent before the first begins. */
  async run(inputs: readonly Input[]): Promise<Step[]> {
    const words = inputs.flatMap(({ commands, intents }) => [
      Int32Array.of(commands.length / COMMAND_WORDS, intents.length / INTENT_WORDS),
      commands,
      intents,
    ]);
    this.#ask(RUN, [Int32Array.of(inputs.length), ...words]);
    const bytes = await this.#answer();
    return inputs.map((_, i) => {
      const at = i * ANSWER_WORDS * 4;
      return {
        nanoseconds: bytes.readUInt32LE(at),
        hashLow: bytes.readUInt32LE(at + 4),
        hashHigh: bytes.readUInt32LE(at + 8),
      };
    });
  }

  /** Calls one of the kernel's exports. */
  async call(name: string, ...words: number[]): Promise<number> {
    const number = this.#exports.indexOf(name);
    if (number < 0) throw new Error(`the native kernel has no ${name}: ${this.#exports.join(" ")}`);
    this.#ask(CALL, [Int32Array.of(number, ...words)]);
    return (await this.#answer()).readInt32LE(0);
  }

  /** Brings a copy of linear memory, zero at first, to what it is now. */
  async dump(copy: Uint8Array): Promise<void> {
    this.#ask(DUMP, []);
    const bytes = await this.#answer();
    for (let at = 0; at < bytes.length; at += 4 + PAGE) {
      copy.set(bytes.subarray(at + 4, at + 4 + PAGE), bytes.readUInt32LE(at));
    }
  }

  /** Writes into linear memory, as hosts do: LOOK_AT is theirs. */
  write(offset: number, bytes: Uint8Array): void {
    this.#ask(WRITE, [Int32Array.of(offset), bytes]);
  }

  /** Ends the process and waits for it. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.stdin?.end();
    await gone;
  }

  #ask(what: number, parts: readonly (Int32Array | Uint8Array)[]): void {
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const request = Buffer.allocUnsafe(8 + bytes);
    request.writeUInt32LE(what, 0);
    request.writeUInt32LE(bytes, 4);
    let at = 8;
    for (const { buffer, byteOffset, byteLength } of parts) {
      request.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += byteLength;
    }
    this.#child.stdin?.write(request);
  }

  #answer(): Promise<Buffer> {
    if (this.#child.exitCode !== null) throw new Error("the native kernel has ended");
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    // A long answer comes in thousands of chunks, which are joined once it is whole.
    while (this.#held >= 4) {
      if (this.#chunks[0]!.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
      const end = 4 + this.#chunks[0]!.readUInt32LE(0);
      if (this.#held < end) return;
      const all = Buffer.concat(this.#chunks);
      this.#waiting.shift()?.resolve(all.subarray(4, end));
      this.#chunks = [all.subarray(end)];
      this.#held -= end;
    }
  }
}
