// What a process that measures is started with (`node --import`), so that JavaScript is as fast in
// it as anywhere.
//
// Node takes the types off TypeScript by a WebAssembly module in the same isolate, whose memory
// grows, and thereby detaches an ArrayBuffer. From the first such event on, V8 checks at every
// access to any typed array whether its buffer is detached: contenders in JavaScript took 1.2 to
// 1.5 times as long as in the same process without it, those in WebAssembly did not. So the loader
// does it in a thread of its own.
import { register } from "node:module";

register("./plain-hooks.mjs", import.meta.url);
