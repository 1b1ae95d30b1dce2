// The part of the WebAssembly interface that src/kernel uses; lib "dom" stays out of the server.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
}
