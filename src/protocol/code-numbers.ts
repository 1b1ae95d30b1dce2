// The codes that a client acts on, without their sentences, which no page has to load.

/** Close codes. */
export const CLOSE_LEFT = 1000;
export const CLOSE_TEXT_FRAME = 1003;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_BAD_FRAME = 4000;
export const CLOSE_BAD_VERSION = 4005;
export const CLOSE_REPLACED = 4010;
export const CLOSE_UNAUTHENTICATED = 4401;
export const CLOSE_RESUME_REFUSED = 4403;

/** `Error.code`. */
export const ERROR_NO_HELLO = 8;
export const ERROR_UNAVAILABLE = 15;
