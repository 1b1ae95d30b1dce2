// npm run bench:page [-- --port N]: serves the benchmark's page on this machine.
import { parseArgs } from "node:util";
import { pageFiles } from "./files.ts";
import { serverOf } from "./server.ts";

const HOST = "127.0.0.1";

const { values } = parseArgs({ options: { port: { type: "string", default: "8090" } } });
const server = serverOf(pageFiles());
server.on("error", (error) => {
  console.error(`${HOST}:${values.port} cannot be opened: ${error.message}; try --port N`);
  process.exitCode = 1;
});
server.listen(Number(values.port), HOST, () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : values.port;
  console.log(`the benchmark's page is at http://${HOST}:${port}/ (Ctrl+C ends it)`);
});
