/** Finds where a module says addresses of its static data, by compiling it for two regions. */
import { LAST_REGION, REGION_BYTES, withSites } from "../relocation.ts";

/**
 * The module with its static data in the first region, and the list of its sites. Throws RangeError where the compiler's
 * modules for the first and the last region differ in anything but the regions' numbers.
 */
export async function relocatable(compile: (base: number) => Promise<Uint8Array>): Promise<Uint8Array> {
  const first = await compile(REGION_BYTES), last = await compile(LAST_REGION * REGION_BYTES);
  const sites = [...first.keys()].filter((at) => first[at] !== last[at]);
  const moves = (at: number): boolean => first[at] === 1 && last[at] === LAST_REGION;
  if (first.length !== last.length || !sites.every(moves)) {
    throw new RangeError("Cannot relocate the kernels as the compiler makes other ones for another region");
  }
  return withSites(first, sites);
}
