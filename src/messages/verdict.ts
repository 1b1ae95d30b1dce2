// What an application says of a message that it was handed.

export const MESSAGE_TAKEN = 0;
/** It has none of this type. */
export const MESSAGE_UNKNOWN = 1;
/** Its bytes are no such message. */
export const MESSAGE_MALFORMED = 2;
export type MessageVerdict =
  typeof MESSAGE_TAKEN | typeof MESSAGE_UNKNOWN | typeof MESSAGE_MALFORMED;
