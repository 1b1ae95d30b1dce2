// A tick's numbers as a server has them, for those who put a tick together by themselves.
import { Rescue } from "../src/engine/rescue.ts";
import type { World } from "../src/engine/world.ts";
import type { Gateway } from "../src/gateway/gateway.ts";
import { openKernel } from "../src/kernel/open.ts";
import { Board } from "../src/observability/board.ts";
import { CELLS } from "../src/observability/catalogue.ts";
import { Health } from "../src/observability/health.ts";
import type { Log } from "../src/observability/log.ts";
import { SessionLog } from "../src/observability/sessions.ts";
import { TickNumbers } from "../src/observability/ticks.ts";
import { Survey } from "../src/survey.ts";
import { Tally } from "../src/tally.ts";

export interface Numbers {
  readonly board: Board;
  readonly numbers: TickNumbers;
  readonly survey: Survey;
  readonly tally: Tally;
}

/** Nothing outlives the process, and nothing is checked. */
export function numbersOf(world: World, gateway: Gateway, tickMs: number, log: Log): Numbers {
  const board = new Board(CELLS);
  const numbers = new TickNumbers(board.cells, tickMs);
  const survey = new Survey({
    ...{ cells: board.cells, world, gateway, keeper: null, journal: null, numbers },
    health: new Health([], () => ""),
    sessions: new SessionLog(log, () => 0),
    maxConnections: 200,
    logLines: { dropped: 0, suppressed: 0 },
    certificateEndsMs: () => 0,
    inspector: null,
    app: null,
    rescue: new Rescue({ open: openKernel, windowTicks: 0, onTrap: () => undefined }),
  });
  return { board, numbers, survey, tally: new Tally({ board, world, gateway, survey }) };
}
