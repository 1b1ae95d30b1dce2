// The real parts of a server: the network, the clocks and the randomness of this machine. A
// simulation builds the same server over parts of its own.
import { setTimeout as sleep } from "node:timers/promises";

import type { Config } from "../config/schema.ts";
import { UwsTransport } from "../gateway/uws.ts";
import type { Parts } from "../main.ts";
import { createAdmin } from "../observability/admin.ts";
import type { LogSink } from "../observability/log.ts";

/** @returns parts that touch the machine; nothing listens or runs yet. */
export function realParts(config: Config, sink: LogSink): Parts {
  const { gateway } = config;
  return {
    log: sink.log,
    logLinesDropped: () => sink.dropped,
    now: () => performance.now(),
    random: () => Math.random(),
    sleep: (ms) => sleep(ms),
    after: (ms, call) => {
      // A timer of 0 waits a millisecond; an immediate lets the sockets be read first, and no more.
      if (ms > 0) setTimeout(call, ms);
      else setImmediate(call);
    },
    admin: createAdmin,
    transport: (answer, onFault) =>
      new UwsTransport({
        slots: gateway.max_connections,
        idleTimeoutS: gateway.idle_timeout_s,
        compression: gateway.enable_compression,
        answer,
        onFault,
      }),
  };
}
