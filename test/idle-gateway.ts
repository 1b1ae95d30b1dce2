// A gateway that nobody connects to, for tests that read its numbers.
import { defaultConfig } from "../src/config/schema.ts";
import type { World } from "../src/engine/world.ts";
import { Gateway } from "../src/gateway/gateway.ts";
import { UNWRITTEN } from "../src/gateway/ledger.ts";
import type { Transport } from "../src/gateway/transport.ts";
import { gatewayOptions } from "../src/wiring.ts";
import { SILENT } from "./silent-log.ts";

/** Not to be listened with. */
export function idleGateway(world: World): Gateway {
  return new Gateway(gatewayOptions(defaultConfig(), true), {
    world,
    transport: {} as Partial<Transport> as Transport,
    now: () => 0,
    random: () => 0,
    sleep: () => Promise.resolve(),
    log: SILENT,
    ledger: UNWRITTEN,
    settledTick: () => Infinity,
    tokens: { make: () => new Uint8Array(32), hash: () => "" },
    verifier: null,
    app: null,
  });
}
