/**
 * Several instances in one memory: each needs static data of its own (descriptors, constants, tables), at an address that
 * the compiler writes into the code. Addresses lie in regions of 2 MiB, so that in their LEB128 form the last of four bytes
 * is the number of the region, and moving a module to another region sets that byte wherever an address is. The build
 * (build/relocations.ts) finds these places by compiling for two regions, and lists them in a custom section.
 */

/** Bytes of a region. */
export const REGION_BYTES = 2 ** 21;
/** The last region: the sign of a 4-byte LEB128 number is its next bit. */
export const LAST_REGION = 63;
/** Pages of 64 KiB that a shared memory has at least: every region. The system provides those that are touched. */
export const SHARED_PAGES = (LAST_REGION + 1) * REGION_BYTES / 65536;

const SECTION = "relocations";

/** A module with the list of its sites, as a custom section at its end. */
export function withSites(module: Uint8Array, sites: readonly number[]): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array([SECTION.length, ...new TextEncoder().encode(SECTION), ...lengths(sites)]);
  const size = content.length, leb = [size & 127 | 128, size >> 7 & 127 | 128, size >> 14];
  const joined = new Uint8Array(module.length + 4 + size);
  joined.set(module);
  joined.set([0, ...leb], module.length);
  joined.set(content, module.length + 4);
  return joined;
}

const lengths = (sites: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(sites).buffer);

/** The places of a module's region numbers. */
export function sitesOf(module: WebAssembly.Module): Uint32Array {
  const [content] = WebAssembly.Module.customSections(module, SECTION);
  return new Uint32Array(content!);
}

/** A module moved to a region: a copy. */
export function relocated(bytes: Uint8Array, { sites, region }: {
  readonly sites: Iterable<number>;
  readonly region: number;
}): Uint8Array<ArrayBuffer> {
  const moved = new Uint8Array(bytes);
  for (const site of sites) moved[site] = region;
  return moved;
}
