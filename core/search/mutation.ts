/** Mutation: some blocks of a structure replaced by blocks of the space. */
import { type Block, chainChannels, splitStructure, type Structure } from "../networks/masternet/mod.ts";
import type { Random } from "../numeric/random.ts";
import { type Choices, replacementsOf, type Space } from "./space.ts";

/** How to mutate. */
export interface Mutation {
  /** Where replacement blocks come from. */
  readonly space: Space;
  /** How many times a block is chosen; one chosen twice is replaced once. */
  readonly replacements: number;
}

/** Draws one block, uniformly over all lists laid end to end. */
function drawBlock(lists: readonly Choices[], random: Random): Block {
  let position = random.below(lists.reduce((total, list) => total + list.length, 0));
  for (const list of lists) {
    if (position < list.length) return list.at(position)!;
    position -= list.length;
  }
  throw new RangeError("Cannot draw a block as the space's lists changed their length");
}

/**
 * A mutated copy: blocks are replaced, input channels set to the output channels before, deep blocks split. All draws
 * come from `random`.
 * Throws RangeError where the space offers nothing for a chosen block.
 *
 * @example
 * ```ts
 * import { mutate, parseStructure, publishedSpaces, Random } from "@zennas/zennas";
 * const parent = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)");
 * const child = mutate(parent, new Random(1, 0), { space: publishedSpaces.XXBL, replacements: 1 });
 * if (child.blocks[1]?.args[0] !== child.blocks[0]?.args[1]) throw new Error("channels do not chain");
 * ```
 */
export function mutate(parent: Structure, random: Random, { space, replacements }: Mutation): Structure {
  const blocks = [...parent.blocks];
  const replaced = new Set<number>();
  for (let choice = 0; choice < replacements; choice++) {
    const index = random.below(blocks.length);
    if (replaced.has(index)) continue;
    replaced.add(index);
    blocks[index] = drawBlock(replacementsOf(space, blocks, index), random);
  }
  return splitStructure(chainChannels({ blocks }));
}
