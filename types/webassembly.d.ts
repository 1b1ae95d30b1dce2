// The part of the WebAssembly interface that the server uses; lib "dom" stays out of the server.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
  }
  function instantiate(
    bytes: ArrayBufferView | ArrayBuffer,
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean;
}
