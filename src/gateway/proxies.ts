// Where a client is, when it comes through a proxy that the operator trusts. Anybody may write
// X-Forwarded-For; what stands behind the last trusted proxy is hearsay and is not looked at. The
// PROXY protocol is not spoken.
import { BlockList, isIP, isIPv4 } from "node:net";

/** Of IPv4 in the clothes of IPv6, as a socket that speaks both says it. */
const MAPPED = /^(?:(?:0{1,4}:){5}|::)ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i;
/** Proxies in a row. */
const HOPS_MAX = 16;

export class Proxies {
  readonly #trusted = new BlockList();
  readonly isEmpty: boolean;

  /** @param ranges "10.0.0.0/8", "fd00::/8" or single addresses; valid ones */
  constructor(ranges: readonly string[]) {
    this.isEmpty = ranges.length === 0;
    for (const range of ranges) {
      const [address = "", prefix] = range.split("/");
      const family = isIPv4(address) ? "ipv4" : "ipv6";
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  trusts(address: string): boolean {
    return !this.isEmpty && this.#trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  }

  /**
   * @param peer who the connection is from; trusted
   * @param forwarded X-Forwarded-For, all lines of it, joined by commas
   * @returns the first address from the right that no trusted proxy has
   */
  clientOf(peer: string, forwarded: string): string {
    let client = peer;
    const hops = forwarded.split(",").slice(-HOPS_MAX);
    for (let i = hops.length - 1; i >= 0; i--) {
      const hop = addressIn(hops[i] ?? "");
      if (hop === null) return client;
      client = hop;
      if (!this.trusts(hop)) return client;
    }
    return client;
  }
}

/** "192.0.2.7", "192.0.2.7:4711", "[2001:db8::1]:4711" -> the address; null: it is none. */
function addressIn(hop: string): string | null {
  const text = hop.trim();
  const address =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d{1,5}$/, "$1");
  return isIP(address) === 0 || address.includes("%") ? null : plainAddress(address);
}

/** IPv4 as such, however the system writes it. */
export function plainAddress(address: string): string {
  const [, high, low] = MAPPED.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
}
