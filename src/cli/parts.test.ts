import { expect, test } from "vitest";

import { defaultConfig } from "../config/schema.ts";
import { createServer } from "../main.ts";
import type { Log, LogSink } from "../observability/log.ts";
import { LINES_PER_SECOND } from "../observability/sessions.ts";
import { realParts } from "./parts.ts";

/** A log that keeps the errors. */
function keepingErrors(errors: object[]): LogSink {
  const nothing = (): void => undefined;
  const log: Log = {
    ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, fatal: nothing },
    error: (fields) => void errors.push(fields),
    child: () => log,
  };
  return { log, dropped: 0, suppressed: 0, flush: () => Promise.resolve() };
}

test("H45 a fault that strangers can repeat does not fill the log", async () => {
  const errors: object[] = [];
  const { engine, gateway, observability, persistence, ...others } = defaultConfig();
  const config = {
    engine: { ...engine, kernel: "js" as const },
    gateway: { ...gateway, bind_addr: "127.0.0.1:0", drain_ms: 0 },
    observability: { ...observability, admin_addr: "127.0.0.1:0" },
    persistence: { ...persistence, url: "none" },
    ...others,
  };
  const real = realParts(config, keepingErrors(errors));
  let now = 1000;
  const server = createServer(config, {
    ...real,
    now: () => now,
    after: () => undefined, // no tick comes
    transport: (_answer, onFault, page) => {
      const answer = (): never => {
        throw new Error("no answer");
      };
      return real.transport(answer, onFault, page);
    },
  });
  const { port } = await server.start();
  const ask = async (): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(500);
  };
  const repeated = LINES_PER_SECOND + 20;
  for (let i = 0; i < repeated; i++) await ask();
  expect(errors).toHaveLength(LINES_PER_SECOND);
  expect(errors[0]).toMatchObject({ where: "request" });

  now += 1000;
  await ask();
  expect(errors).toHaveLength(LINES_PER_SECOND + 1);
  expect(errors.at(-1)).toMatchObject({ suppressed: 20 });
  await server.stop();
});
