// The only door to the generated codec: the import of long.ts must run before it.
import "./long.ts";

export { aether } from "#proto";
