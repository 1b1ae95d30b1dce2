// The admin thread: it renders the metrics and serves every page of the admin address. Even while
// the tick's thread stands still it answers, with the numbers of the last tick.
import { parentPort } from "node:worker_threads";

import { FrameMaker } from "../feed/frame-maker.ts";
import { AdminFeed, fileRoutes } from "./admin-feed.ts";
import type { AdminWorkerOptions, BeginAdmin, FromAdmin, ToAdmin } from "./admin-messages.ts";
import { metricsRoute } from "./admin-routes.ts";
import { closeAdminServer, createAdminServer } from "./admin-server.ts";
import { BoardReader } from "./board.ts";
import { Exposition } from "./exposition.ts";
import { pprofRoutes } from "./pprof/routes.ts";

function post(message: FromAdmin): void {
  parentPort?.postMessage(message);
}

function tell(error: unknown): void {
  post({ type: "fault", error });
}

/** @returns who hears what it is told from then on */
function begin(options: AdminWorkerOptions): (message: ToAdmin) => void {
  const { host, port, board, info, systems, originMs, pageFiles, frames, play } = options;
  let { token } = options;
  /** The port that it really has. */
  let found = port;
  const reader = new BoardReader(board);
  const exposition = new Exposition({
    board: reader,
    info,
    systems,
    now: () => Number(process.hrtime.bigint()) / 1e6 - originMs,
  });
  const server = createAdminServer({
    routes: [
      metricsRoute(exposition),
      ...pprofRoutes(reader),
      ...fileRoutes(pageFiles, () => found),
    ],
    token: () => token,
    onRefused: () => exposition.refused++,
    onFault: tell,
  });

  const feed = new AdminFeed({
    ...{ token: () => token, play, post },
    frames: new FrameMaker(frames),
    onRefused: () => exposition.refused++,
  });
  server.on("upgrade", (request, stream, early) => feed.upgrade(request, stream, early));

  const refuse = (error: NodeJS.ErrnoException): void => {
    post({ type: "refused", code: error.code ?? "unknown" });
  };
  server.once("error", refuse);
  server.listen({ host, port, exclusive: true }, () => {
    server.off("error", refuse);
    server.on("error", tell);
    const address = server.address();
    found = typeof address === "object" && address !== null ? address.port : port;
    post({ type: "listening", port: found });
  });

  return (message) => {
    if (message.type === "token") token = message.token;
    else if (message.type !== "close") feed.told(message);
    else {
      feed.close();
      void closeAdminServer(server).then(() => process.exit());
    }
  };
}

let hear = (_message: ToAdmin): void => undefined;

parentPort?.on("message", (message: ToAdmin | BeginAdmin) => {
  if (message.type === "begin") hear = begin(message.options);
  else hear(message);
});
