// Addresses to listen on, as written in the configuration: "host:port", ":8080", "[::1]:8080".
import { isIPv4, isIPv6 } from "node:net";

/** Where to listen. `port` 0 lets the system choose a free one. */
export interface Address {
  /** An IPv4 or IPv6 address (without brackets) or a host name. */
  readonly host: string;
  readonly port: number;
}

const FORM = /^(?:\[([^\]]*)\]|([^:[\]]*)):([0-9]{1,5})$/;
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const DIGITS_AND_DOTS = /^[0-9.]+$/;

/**
 * @returns the address, or null when `text` is not one. ":8080" means every IPv4 interface.
 * IPv6 stands in brackets, so that its colons cannot be mistaken for the port's.
 */
export function parseAddress(text: string): Address | null {
  const parts = FORM.exec(text);
  if (parts === null) return null;
  const port = Number(parts[3]);
  if (port > 65_535) return null;
  const [, bracketed, plain = ""] = parts;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : null;
  if (plain === "") return { host: "0.0.0.0", port };
  // "127.0.0.1.5" or "300.1.1.1" would pass as a host name, but is an address gone wrong.
  const valid = DIGITS_AND_DOTS.test(plain) ? isIPv4(plain) : HOST_NAME.test(plain);
  return valid ? { host: plain, port } : null;
}

/** Whether `text` is an IP address, or one with the length of a prefix: "10.0.0.0/8". */
export function isRange(text: string): boolean {
  const [, address = "", prefix = "0"] = /^([^/]*)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  if (isIPv4(address)) return Number(prefix) <= 32;
  return isIPv6(address) && !address.includes("%") && Number(prefix) <= 128;
}

/** @returns the form that parseAddress reads. */
export function formatAddress(address: Address): string {
  const { host, port } = address;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether only programs on this machine can reach `host`. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith("127.");
  return host === "::1" || host.toLowerCase() === "localhost";
}

/** Whether listening on `host` means listening on every interface. */
export function isEveryInterface(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
