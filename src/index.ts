// The package as applications import it: a world of one's own. The server's parts are loaded when
// one is started, so that defining a world opens none of them.
import { checkedApp } from "./app/definition.ts";
import type { App, AppOptions } from "./app/definition.ts";
import type { ServeOptions, Serving } from "./cli/library.ts";

export { AppWorld } from "./app/app-world.ts";
export type { Values } from "./app/app-world.ts";
export { defineSystem } from "./app/definition.ts";
export type {
  App,
  AppOptions,
  Committed,
  Hooks,
  JoinAnswer,
  JoinRequest,
  Kind,
  System,
  TimerCall,
} from "./app/definition.ts";
export { onMessage } from "./app/hearing.ts";
export type { Hear, Hearing } from "./app/hearing.ts";
export { Component, defineComponent } from "./components/component.ts";
export type { FieldKind, FieldValue } from "./components/component.ts";
export { defineMessage } from "./messages/message.ts";
export type { Draft, Message, ValueOf } from "./messages/message.ts";
export type { ServeOptions, Serving } from "./cli/library.ts";

/** What createWorld makes: `aether serve --app FILE` runs a file that exports it by default. */
export interface OwnWorld<State = unknown> extends App<State> {
  /** Starts a server with it in this process. Rejects with a sentence when it cannot. */
  serve(options?: ServeOptions): Promise<Serving>;
}

/** @throws Error in words for a world that no server could run */
export function createWorld<State = unknown>(options: AppOptions<State>): OwnWorld<State> {
  const app = checkedApp(options);
  return {
    ...app,
    async serve(how = {}) {
      const { serveApp } = await import("./cli/library.ts");
      return serveApp(app as App, how);
    },
  };
}
