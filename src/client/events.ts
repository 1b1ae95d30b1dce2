// What a client tells the application, each with exact types, and who listens to it.

/**
 * idle, until connect(); connecting, until the server answers; joining, until there is an entity;
 * joined; waiting, until the next attempt to connect; closed, when none will be made: from there
 * connect() starts anew.
 */
export type ClientState = "idle" | "connecting" | "joining" | "joined" | "waiting" | "closed";

/** Why the state changed. */
export interface StateChange {
  readonly from: ClientState;
  /** The close code of the connection that ended (docs/protocol.md, "Close codes"); 0: none did. */
  readonly code: number;
  /** A sentence for people: the server's where it said one. */
  readonly reason: string;
  /** In "waiting": the next attempt is made after this. */
  readonly retryMs: number;
  /** In "joined": the entity is the one of before, and not a new one. */
  readonly isResumed: boolean;
}

/** The own entity is not where the client had it. Positions in world units. */
export interface CorrectionEvent {
  /** Where it was predicted to be once everything sent was applied, and where it is now. */
  readonly fromX: number;
  readonly fromY: number;
  readonly x: number;
  readonly y: number;
  /** The last intent that the server had processed when it said so. */
  readonly sequence: number;
  readonly tick: number;
}

/**
 * Every event and what its handlers are called with. Rows are those of `client.view`, valid during
 * the call. A handler that throws throws into the socket's event or the timer that it came from.
 */
export interface ClientEvents {
  /** Rare; `change` says why. */
  state(state: ClientState, change: StateChange): void;
  /** Somebody came into view. */
  enter(id: number, row: number): void;
  /** Somebody in view moved: the newest position is in the replica, the shown one follows. */
  update(id: number, row: number): void;
  /** Somebody's components were written, or may have been: `view.replica.components` has them. */
  change(id: number, row: number): void;
  /** Those of the own entity were: `view.replica.own` has them. */
  changeOwn(): void;
  /** Somebody went out of view, or no connection follows. */
  leave(id: number): void;
  /** A tick has been applied whole: its enter, update, change and leave have been told. */
  tick(tick: number): void;
  /** The server has put the own entity elsewhere. */
  correction(correction: CorrectionEvent): void;
  /**
   * A message of the application on the server.
   * @param request that of the client's message which it answers, 0 = none
   * @param payload valid only during the call
   */
  message(channel: number, request: number, payload: Uint8Array): void;
  /** So many messages of the application found no room on the server, and will not come. */
  missed(count: number): void;
  /**
   * A message was refused; the session goes on.
   * @param code docs/protocol.md, "Error codes"
   * @param sequence of the intent it is about, 0 = none
   * @param retryAfterMs when to try again, 0 = that would not help
   */
  error(code: number, message: string, sequence: number, retryAfterMs: number): void;
}

/** Who listens to one event. The list is replaced and never changed: one at work stays whole. */
class List<Handler> {
  handlers: readonly Handler[] = [];

  /** @returns a function that takes the handler away again */
  add(handler: Handler): () => void {
    this.handlers = [...this.handlers, handler];
    return () => {
      this.handlers = this.handlers.filter((other) => other !== handler);
    };
  }
}

export type Listeners = { readonly [Name in keyof ClientEvents]: List<ClientEvents[Name]> };

/** @returns a list for each event, all of them empty */
export function createListeners(): Listeners {
  return {
    state: new List(),
    enter: new List(),
    update: new List(),
    change: new List(),
    changeOwn: new List(),
    leave: new List(),
    tick: new List(),
    correction: new List(),
    message: new List(),
    missed: new List(),
    error: new List(),
  };
}
