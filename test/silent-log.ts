// What a gateway says in its log, where nobody listens.
import type { GatewayLog } from "../src/gateway/parts.ts";

export const SILENT: GatewayLog = {
  opened: () => undefined,
  spawned: () => undefined,
  resumed: () => undefined,
  shutOut: () => undefined,
  tokenReused: () => undefined,
  tokenRefused: () => undefined,
  fault: () => undefined,
  closed: () => undefined,
};
