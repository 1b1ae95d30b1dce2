// How uWebSockets.js takes a port.
import type * as uWS from "uWebSockets.js";

/** uWebSockets.js answers before it returns. @returns null when the port cannot be had */
export function listenWith(
  app: uWS.TemplatedApp,
  host: string,
  port: number,
  options: number,
): uWS.us_listen_socket | null {
  let listening: uWS.us_listen_socket | null = null;
  app.listen(host, port, options, (socket) => {
    listening = socket === false ? null : socket;
  });
  return listening;
}
