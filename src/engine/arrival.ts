// Somebody who wants to enter the world, as an application is asked about him and may change it.

/** One object serves all; valid during a call. */
export interface Arrival {
  /** Public name of the session. */
  readonly session: string;
  /** Who it is; "" where nobody is asked. */
  readonly account: string;
  /** What he is called: at first what the client calls itself. */
  name: string;
  kind: number;
  /** Where he is put, position units. */
  x: number;
  y: number;
  /** Position units a tick; sight units. */
  maxSpeed: number;
  aoiRadius: number;
}

/** A player whose entity is in the world. */
export interface Player {
  readonly entity: number;
  readonly session: string;
  readonly account: string;
  readonly name: string;
}
