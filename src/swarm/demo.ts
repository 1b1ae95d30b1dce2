// `npm run demo`: starts a server on free ports, lets a crowd of 100 live in it for fifteen seconds
// while all that they are shown is checked, prints the figures, and stops the server.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { runSwarm } from "./main.ts";

const BOTS = 100;
const SECONDS = 15;
const STOP_MAX_MS = 8000;

const server = await startServer();
let code = 1;
try {
  code = await runSwarm([
    ...["--bots", `${BOTS}`, "--crowd", "--seconds", `${SECONDS}`],
    ...["--url", server.url, "--pid", `${server.process.pid}`],
  ]);
} finally {
  await stopServer(server.process);
}
process.exit(code);

async function startServer(): Promise<{ process: ChildProcess; url: string }> {
  const here = fileURLToPath(import.meta.url);
  const program = fileURLToPath(new URL(`../cli/aether${extname(here)}`, import.meta.url));
  const [port, adminPort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program, "serve"],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${port}`,
        AETHER_OBSERVABILITY_ADMIN_ADDR: `127.0.0.1:${adminPort}`,
        // A server beside it may have the world that is stored here.
        AETHER_PERSISTENCE_URL: "none",
        AETHER_PRESENCE_REDIS_URL: "",
      },
    },
  );
  await once(child, "spawn");
  return { process: child, url: `ws://127.0.0.1:${port}` };
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const limit = setTimeout(() => child.kill("SIGKILL"), STOP_MAX_MS);
  await gone;
  clearTimeout(limit);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
