// uWebSockets.js declares its constants as types only and lacks `listen` with host and options.
import type { RecognizedString, us_listen_socket } from "uWebSockets.js";

declare module "uWebSockets.js" {
  export const DISABLED: number;
  export const SHARED_COMPRESSOR: number;
  export const LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  interface TemplatedApp {
    listen(
      host: RecognizedString,
      port: number,
      options: number,
      cb: (socket: us_listen_socket | false) => void,
    ): TemplatedApp;
  }
}
