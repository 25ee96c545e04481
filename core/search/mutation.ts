/** Mutation: some blocks of a structure replaced by blocks of the space. */
import { shorten } from "../shorten.ts";
import {
  type Block,
  chainChannels,
  parseStructure,
  printStructure,
  splitStructure,
  type Structure,
} from "../networks/masternet/mod.ts";
import type { Random } from "../numeric/random.ts";
import { type Choices, replacementsOf, type Space } from "./space.ts";

/** How to mutate. */
export interface Mutation {
  /** Where replacement blocks come from. */
  readonly space: Space;
  /** How many times a block is chosen; one chosen twice is replaced once. */
  readonly replacements: number;
}

/** Whether two blocks are equal but for their labels, which have no meaning. */
function sameBlock(a: Block, b: Block): boolean {
  return a.name === b.name && a.args.length === b.args.length && a.args.every((value, i) => value === b.args[i]) &&
    a.branches.length === b.branches.length && a.branches.every((branch, i) => sameBlocks(branch, b.branches[i]!));
}

function sameBlocks(a: readonly Block[], b: readonly Block[]): boolean {
  return a.length === b.length && a.every((block, i) => sameBlock(block, b[i]!));
}

/** The text of a block, as far as it has one. */
function textOf(block: Block): string {
  try {
    return printStructure({ blocks: [block] });
  } catch {
    return String(block);
  }
}

/**
 * Refuses a block that does not parse back to itself: a journal keeps structures as text. A space may be any code, so
 * that the block may be no block at all.
 */
function checkReplacement(block: Block, { space, index }: { readonly space: Space; readonly index: number }): void {
  let cause: unknown;
  try {
    if (sameBlocks(parseStructure(textOf(block)).blocks, [block])) return;
  } catch (error) {
    cause = error;
  }
  throw new RangeError(
    `Cannot replace block ${index} as what space ${space.name} offers must parse back to itself: got ${
      shorten(textOf(block))
    }`,
    { cause },
  );
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
 * Throws RangeError where the space offers nothing for a chosen block, or a block that does not parse back to itself.
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
    const block = drawBlock(replacementsOf(space, blocks, index), random);
    checkReplacement(block, { space, index });
    blocks[index] = block;
  }
  return splitStructure(chainChannels({ blocks }));
}
