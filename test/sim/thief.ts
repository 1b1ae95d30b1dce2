// A client that has got hold of tokens that were used already, and tries each again.
import { encodeHello } from "../../src/protocol/client-encode.ts";
import { CLOSES, ERRORS } from "../../src/protocol/codes.ts";
import { aether } from "../../src/protocol/schema.ts";
import type { Link } from "./link.ts";
import type { Network } from "./network.ts";
import { BINARY } from "./pipe.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { must } from "./violation.ts";

export interface ThiefParts {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly random: Random;
  /** Tokens that open nothing any more. */
  readonly used: readonly Uint8Array[];
}

export class Thief {
  readonly #parts: ThiefParts;
  #link: Link | null = null;
  #isStopped = false;

  constructor(parts: ThiefParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#isStopped) return;
    const { network, random, schedule, used } = this.#parts;
    const again = (): void => schedule.after(random.spread(50, 3000), () => this.start());
    // The newest ones most often: of those the server knows whose they were.
    const token = random.chance(0.7) ? used.at(-1) : used[random.below(used.length)];
    if (token === undefined) {
      again();
      return;
    }
    let isRefused = false;
    const link = network.dial(
      {
        open: () => link.send(BINARY, encodeHello({ client: "thief", resumeToken: token })),
        message: (bytes) => {
          const { error, goodbye, welcome } = aether.ServerMessage.decode(bytes);
          must(!welcome, () => "a token that was used already opened a session");
          if (error?.code === ERRORS.RESUME_REFUSED.code) isRefused = true;
          must(
            !isRefused || !goodbye || goodbye.code === CLOSES.RESUME_REFUSED.code,
            () => `a used token was refused with ${goodbye?.code ?? 0}`,
          );
        },
        close: (code) => {
          const isCut = code === CLOSES.RESTART.code || code === 1006;
          must(
            !isRefused || isCut || code === CLOSES.RESUME_REFUSED.code,
            () => `the connection of a used token was closed with ${code}`,
          );
          again();
        },
      },
      "liar",
    );
    this.#link = link;
  }

  /** Goes, and does not come back. */
  stop(): void {
    this.#isStopped = true;
    this.#link?.close(1000, "");
  }
}
