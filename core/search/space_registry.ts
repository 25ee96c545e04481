/** Every search space by its name. */
import type { Space } from "./space.ts";
import { publishedSpaces } from "./super_block_space.ts";

const registered = new Map<string, Space>(Object.entries(publishedSpaces));

/** Every space by its name: the published ones, and the user's own once they are registered. */
export const spaces: ReadonlyMap<string, Space> = registered;

/**
 * Registers a user's own space: from then on a configuration may name it. To register the same space again does nothing.
 * Throws RangeError for a name that is empty or taken.
 *
 * @example
 * ```ts
 * import { loadSpace, registerSpace } from "@zennas/zennas";
 * registerSpace({ name: "frozen", replacements: (blocks, index) => [[blocks[index]!]] });
 * if ((await loadSpace("frozen")).name !== "frozen") throw new Error();
 * ```
 */
export function registerSpace(space: Space): void {
  const known = registered.get(space.name);
  if (known === space) return;
  if (known || space.name === "") {
    throw new RangeError(`Cannot register a space as its name must be new: got ${space.name || "an empty one"}`);
  }
  registered.set(space.name, space);
}
