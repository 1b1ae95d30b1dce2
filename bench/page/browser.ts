// What the page and its workers use of a browser, and no more: lib "dom" stays out of a repository
// whose other code runs in Node.

export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  readonly style: { setProperty(name: string, value: string): void };
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(event: string, listener: () => void): void;
}

/** A select or a button. */
export interface PageControl extends PageElement {
  value: string;
  disabled: boolean;
}

export interface PageWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

/** The global object of a page. */
export const page = globalThis as typeof globalThis & {
  readonly document: {
    getElementById(id: string): PageControl | null;
    createElement(name: string): PageElement;
  };
  readonly Worker: new (file: URL, options: { readonly type: "module" }) => PageWorker;
  readonly navigator: { readonly userAgent: string; readonly hardwareConcurrency: number };
};

/** The global object of a worker. */
export const worker = globalThis as typeof globalThis & {
  readonly WebAssembly: {
    readonly Instance: new (
      module: WebAssembly.Module,
      imports: object,
    ) => { readonly exports: object };
  };
  readonly XMLHttpRequest: new () => {
    readonly status: number;
    readonly response: ArrayBuffer;
    responseType: "arraybuffer";
    open(method: string, url: string, isAsynchronous: boolean): void;
    send(): void;
  };
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
};
