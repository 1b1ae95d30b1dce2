// What the tick's thread and the admin thread say to each other. Numbers are not said: they are on
// the board.
import type { FrameMemory } from "../feed/frame-board.ts";
import type { PageFiles } from "../feed/page-file.ts";
import type { BuildInfo } from "./exposition.ts";

/** The players' address, as the door of the live page's feed needs it. */
export interface PlayAddress {
  readonly port: number;
  /** Whether the page is there as well: then its feed is let in from there. */
  readonly hasPage: boolean;
}

/** What the admin thread is told first. */
export interface AdminWorkerOptions {
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  readonly token: string;
  readonly board: SharedArrayBuffer;
  readonly info: BuildInfo;
  /** Of the application. */
  readonly systems: readonly string[];
  /** Of the tick's clock, its zero on the machine's own (process.hrtime), ms. */
  readonly originMs: number;
  readonly pageFiles: PageFiles;
  readonly frames: FrameMemory;
  readonly play: PlayAddress;
}

export interface BeginAdmin {
  readonly type: "begin";
  readonly options: AdminWorkerOptions;
}

/** To pages of the feed, by the admin thread's numbers for them; see feed/door.ts. */
export type ToPages =
  | { readonly type: "page-send"; readonly page: number; readonly bytes: Uint8Array }
  | {
      readonly type: "page-end";
      readonly page: number;
      readonly code: number;
      readonly reason: string;
    };

export type ToAdmin =
  | { readonly type: "close" }
  /** Asked for from now on. */
  | { readonly type: "token"; readonly token: string }
  | ToPages;

export type FromAdmin =
  | { readonly type: "listening"; readonly port: number }
  /** It cannot listen; an error code of the system. */
  | { readonly type: "refused"; readonly code: string }
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "page-came"; readonly page: number }
  | { readonly type: "page-said"; readonly page: number; readonly bytes: Uint8Array }
  | { readonly type: "page-gone"; readonly page: number };
