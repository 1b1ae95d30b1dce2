// npm run bench:page: serves the benchmark's page on this machine.
import { optionsOf, wantedBy } from "../command.ts";
import { whole } from "../options.ts";
import { pageFiles } from "./files.ts";
import { serverOf } from "./server.ts";

const USAGE = `npm run bench:page -- [--port N]
Serves a page on 127.0.0.1 on which the contenders meet in the browser. Ctrl+C ends it.
  --port N   8090 unless told; 0 takes a free one
`;
const HOST = "127.0.0.1";
const PORTS = { min: 0, max: 65_535 };

/** @throws Error in words */
function portOf(argv: readonly string[]): number {
  const { port } = optionsOf("bench:page", argv, { port: { type: "string", default: "8090" } });
  return whole("port", port, PORTS);
}

const wanted = wantedBy("bench:page", USAGE, portOf);
// Not before: what it serves is built.
await import("../built.ts");
const server = serverOf(pageFiles());
server.on("error", (error) => {
  console.error(`${HOST}:${wanted} cannot be opened: ${error.message}; try --port N`);
  process.exitCode = 1;
});
server.listen(wanted, HOST, () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : wanted;
  console.log(`the benchmark's page is at http://${HOST}:${port}/ (Ctrl+C ends it)`);
});
