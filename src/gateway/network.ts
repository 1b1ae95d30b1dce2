// From where a connection comes, as far as limits go. An IPv4 address stands for itself; of IPv6
// the first 64 bits, since one line of a provider has all addresses that begin with them.

const WORDS = 8;
const NETWORK_WORDS = 4;

/**
 * @param address as the transport says it: IPv4, or IPv6 in any spelling
 * @returns a name that all addresses share that count as one
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  // IPv4 within IPv6, as ::ffff:192.0.2.1
  if (address.includes(".")) return address.slice(address.lastIndexOf(":") + 1);
  const words = wordsOf(address);
  if (words.slice(0, 5).every((word) => word === 0)) {
    if (words[5] === 0xffff) return dotted(words[6] ?? 0, words[7] ?? 0);
    if (words[5] === 0 && words[6] === 0 && words[7] === 1) return "::1";
  }
  const network = words.slice(0, NETWORK_WORDS).map((word) => word.toString(16));
  return `${network.join(":")}::/64`;
}

/** @param network as `networkOf` names it */
export function isLoopback(network: string): boolean {
  return network === "::1" || network.startsWith("127.");
}

function wordsOf(address: string): number[] {
  const [front = "", back = ""] = address.split("::", 2);
  const head = hex(front);
  const tail = hex(back);
  const between = Math.max(0, WORDS - head.length - tail.length);
  return [...head, ...new Array<number>(between).fill(0), ...tail];
}

function hex(part: string): number[] {
  return part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16));
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}
