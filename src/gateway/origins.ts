// Which web pages may open a connection. A browser says where a page is from, and no page can
// change that; other programs say what they like, so this protects users and not the server.

export interface OriginOptions {
  /** Exactly these; none: pages of the server's own host. */
  readonly allowed: readonly string[];
  /** Whether only this machine can connect: then its other pages may, too. */
  readonly onLoopback: boolean;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const DEFAULT_PORTS = new Map([
  ["http:", "80"],
  ["https:", "443"],
]);

export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #onLoopback: boolean;

  constructor(options: OriginOptions) {
    this.#allowed = new Set(options.allowed.map((text) => canonical(text) ?? text));
    this.#onLoopback = options.onLoopback;
  }

  /**
   * @param origin the header Origin, "" when the handshake has none
   * @param host the header Host
   */
  allows(origin: string, host: string): boolean {
    if (origin === "") return true;
    if (origin === "null") return this.#allowed.has("null");
    const from = canonical(origin);
    if (from === null) return false;
    if (this.#allowed.size > 0) return this.#allowed.has(from);
    const { hostname, protocol } = new URL(from);
    if (this.#onLoopback && DEFAULT_PORTS.has(protocol) && LOOPBACK.test(hostname)) return true;
    return isSameHost(from, host);
  }
}

/** @returns the origin as a browser writes it, or null when it is none */
function canonical(text: string): string | null {
  if (text === "null") return text;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s*]+$/i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return DEFAULT_PORTS.has(url.protocol) ? url.origin : text.toLowerCase();
}

/** A proxy may have ended TLS, so the scheme only says which port goes without saying. */
function isSameHost(origin: string, host: string): boolean {
  const { hostname, port, protocol } = new URL(origin);
  const usual = DEFAULT_PORTS.get(protocol);
  if (usual === undefined || host === "") return false;
  const own = port === "" ? usual : port;
  const [, name = "", given = usual] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host) ?? [];
  return name.toLowerCase() === hostname && Number(given) === Number(own);
}
