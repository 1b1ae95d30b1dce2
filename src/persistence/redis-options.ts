// What all our connections to Redis have in common: nothing waits inside the client. What cannot be
// said now is an error now, and when to try again is the caller's business.
import { isIP } from "node:net";

import type { RedisOptions } from "ioredis";

import type { RedisAddress } from "./presence/address.ts";

const CONNECT_TIMEOUT_MS = 1000;
/** How long a connection that is given up may still write. */
const FAREWELL_MS = 50;

/** @returns options of a client that is connected by `connect()`, and tries nothing twice */
export function redisOptions(address: RedisAddress) {
  const { host, port, database, user, password, tls } = address;
  return {
    host,
    port,
    db: database,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    // Node sends a server name only when told, and a proxy of many servers asks for it.
    ...(tls ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}),
    // Nothing here needs RESP3, whose HELLO an old server repeats in its error, password and all.
    protocol: 2,
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: FAREWELL_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  } satisfies RedisOptions;
}
