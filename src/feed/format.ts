// What the feed is made of: kinds of messages and limits, for the server and the page.

/** A page of another version loads itself anew. */
export const FEED_VERSION = 2;

/** Where the feed's WebSocket is, on the admin address. */
export const FEED_PATH = "/live";
/** Where a page learns the port of that, on the address that it is from. */
export const FEED_PORT_PATH = "/page/feed-port";

/** Messages to a page: one Hello, then a frame ten times a second. */
export const HELLO = 1;
export const FRAME = 2;

/** Messages of a page. */
export const TOKEN = 1;
export const CHOOSE = 2;
export const KERNEL = 3;
export const PUSH = 4;
/** Pages at a time; each may choose an entity whose intents are traced. */
export const PAGES_MAX = 8;
/** In place of a row: nobody. */
export const NOBODY = 65535;
/** World units that a push goes at most, on either axis. */
export const PUSH_MAX = 1000;
/** Bytes of any of them; a token has at most 512. */
export const COMMAND_BYTES_MAX = 1024;

/** Closes a page that has not shown the admin token where one is asked for. */
export const TOKEN_WANTED = 4401;

/** Milliseconds between frames, rounded to whole ticks. */
export const FRAME_MS = 100;
/** Entities of a frame; of more, as many are shown, evenly by row. */
export const ENTITIES_MAX = 3000;
/** Leaves of the quadtree likewise: 3,000 entities make at most some hundreds. */
export const CELLS_MAX = 1024;
/** Rows of the chosen client's told set that are shown. */
export const TOLD_MAX = 3000;
/** Sessions of one frame: the list goes round, 640 a second. */
export const ROSTER_PART = 64;
/** Ticks of one frame, when some came late together. */
export const TICKS_MAX = 32;
/** Bytes of a text with its length in one. */
export const TEXT_ROOM = 256;

/** Bytes of a frame's part for one page: fixed fields, two texts, two waterfalls, told rows. */
export const FOCUS_BYTES = 256 + 2 * TEXT_ROOM + TOLD_MAX * 2;
/** Row, place, kind, components. */
const ENTITY_BYTES = 2 + 4 + 2 + 16;
/** Kinds that a page is told the names of. */
export const KINDS_MAX = 64;
/** Bytes of the first message: names of kinds, of phases, of components; a flag takes one bit. */
export const HELLO_BYTES = 1024 + (KINDS_MAX + 8) * (2 + TEXT_ROOM) + 128 * (4 + 3 * TEXT_ROOM);
/** Bytes of what all pages are sent: numbers, ticks, entities, cells, sessions. */
export const SCENE_BYTES =
  256 +
  TICKS_MAX * 8 * 4 +
  ENTITIES_MAX * ENTITY_BYTES +
  CELLS_MAX * 8 +
  ROSTER_PART * (40 + 2 * TEXT_ROOM);
