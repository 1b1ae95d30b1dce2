// The real parts of a server: the network, the clocks and the randomness of this machine. A
// simulation builds the same server over parts of its own.
import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import type { Config } from "../config/schema.ts";
import { UwsTransport } from "../gateway/uws.ts";
import { FolderDisk } from "../journal/disk.ts";
import { startJournalThread } from "../journal/thread.ts";
import type { Parts } from "../main.ts";
import { openKernel } from "../kernel/open.ts";
import { createAdmin } from "../observability/admin.ts";
import type { LogSink } from "../observability/log.ts";
import { startRuntime } from "../observability/runtime.ts";
import { startThread } from "../persistence/thread.ts";
import type { Credentials } from "./credentials.ts";
import { NO_CREDENTIALS, watchCertificate } from "./credentials.ts";
import { readPageFiles } from "./page-files.ts";
import { poisonFiles } from "./poison-files.ts";
import { ownVersion } from "./version.ts";

const TOKEN_BYTES = 32;

/** @returns parts that touch the machine; nothing listens or runs yet. */
export function realParts(
  config: Config,
  sink: LogSink,
  credentials: Credentials = NO_CREDENTIALS,
): Parts {
  const { gateway } = config;
  const { tls, verifier } = credentials;
  return {
    log: sink.log,
    logLines: sink,
    now: () => performance.now(),
    random: () => Math.random(),
    sleep: (ms) => sleep(ms),
    wallNow: () => Date.now(),
    owner: `${hostname()}, process ${process.pid}, since ${new Date().toISOString()}`,
    tokens: {
      make: () => randomBytes(TOKEN_BYTES),
      hash: (token) => createHash("sha256").update(token).digest("hex"),
    },
    verifier,
    adminToken: () => credentials.adminToken(),
    certificateEndsMs: () => tls?.endsMs ?? 0,
    startWorker: startThread,
    openKernel: (engine) => openKernel(engine),
    quarantine: poisonFiles(config.engine.quarantine_dir, sink.log),
    journal: { startWorker: startJournalThread, disk: (folder) => new FolderDisk(folder) },
    after: (ms, call) => {
      // A timer of 0 waits a millisecond; an immediate lets the sockets be read first, and no more.
      if (ms > 0) setTimeout(call, ms);
      else setImmediate(call);
    },
    admin: createAdmin,
    pageFiles: readPageFiles(),
    startRuntime,
    build: { version: ownVersion(), node: process.versions.node },
    transport: (answer, onFault, page) => {
      const transport = new UwsTransport({
        slots: gateway.max_connections,
        idleTimeoutS: gateway.idle_timeout_s,
        compression: gateway.enable_compression,
        tls,
        trustedProxies: gateway.trusted_proxies,
        answer,
        onFault,
        page,
      });
      if (tls !== null) watchCertificate(tls, sink.log, () => transport.renewCertificate());
      return transport;
    },
  };
}
