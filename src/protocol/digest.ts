// The digest that proves a client's view equal to the server's: the sum, mod 2^32, of a mix of each
// entity shown. A sum does not depend on the order in which entities came and went.
import { mixEntity } from "#mix";

/**
 * Adds one entity to a digest that starts at 0.
 * @param hash the sum so far, u32
 * @param id the entity's id, u32
 * @param x sight coordinate in 1/32 unit as the client shows it; 0 where positions do not count
 * @param y likewise
 * @returns the new sum, u32
 */
export function addToDigest(hash: number, id: number, x: number, y: number): number {
  return (hash + mixEntity(id, x, y)) >>> 0;
}
