// Whether the addresses of the settings can be listened on: tried, and let go at once.
import { createServer } from "node:net";

import { parseAddress } from "../../config/address.ts";
import type { Address } from "../../config/address.ts";
import type { Config } from "../../config/schema.ts";
import { fail, ok } from "./finding.ts";
import type { Finding } from "./finding.ts";

const HEALTH_LIMIT_MS = 1000;

export async function portFindings({ gateway, observability }: Config): Promise<Finding[]> {
  const keys = [
    ["gateway.bind_addr", gateway.bind_addr],
    ["observability.admin_addr", observability.admin_addr],
  ] as const;
  const findings: Finding[] = [];
  for (const [key, text] of keys) {
    const address = parseAddress(text);
    if (address !== null) findings.push(await portFinding(`${key} ${text}`, address));
  }
  return findings;
}

async function portFinding(words: string, address: Address): Promise<Finding> {
  const code = await tryListen(address);
  if (code === null) return ok("ports", `${words} is free`);
  switch (code) {
    case "EADDRINUSE": {
      const who = (await isAether(address)) ? "an Aether listens" : "another program listens";
      return fail("ports", `${words} is taken, ${who} there`, "stop it, or choose another port");
    }
    case "EACCES":
      return fail("ports", `${words} is not for this user`, "choose a port above 1023");
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return fail("ports", `${words} is no address of this machine`, "correct it");
    default:
      return fail("ports", `${words} cannot be listened on (${code})`, "choose another address");
  }
}

/** @returns the system's error code; null when it worked */
function tryListen({ host, port }: Address): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? "unknown");
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(null);
      });
    });
  });
}

/** Whether what listens there answers as a server's public port does. */
async function isAether({ host, port }: Address): Promise<boolean> {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const name = reachable.includes(":") ? `[${reachable}]` : reachable;
  try {
    const signal = AbortSignal.timeout(HEALTH_LIMIT_MS);
    const answer = await fetch(`http://${name}:${port}/healthz`, { signal });
    const body: unknown = await answer.json();
    return typeof body === "object" && body !== null && "status" in body && body.status === "alive";
  } catch {
    return false;
  }
}
