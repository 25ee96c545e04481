/** Search spaces: which blocks may take another block's place. */
import { type Block, printStructure, type Structure } from "../networks/masternet/mod.ts";

/**
 * A list of replacement blocks. An array is one; a space with long lists computes a member when it is asked for, since a
 * mutation needs one of thousands.
 */
export interface Choices {
  /** How many blocks there are. */
  readonly length: number;
  /** The block at a position from 0 to length − 1. */
  at(position: number): Block | undefined;
}

/**
 * A search space. A mutation draws uniformly over all lists laid end to end, so a block that is in two lists is drawn
 * twice as often. Input channels are set after the draw, so theirs do not matter. A block that is drawn must parse back
 * to itself when it is printed.
 *
 * @example A space of one's own that only ever deepens the blocks
 * ```ts
 * import { mutate, parseStructure, printStructure, Random, type Space } from "@zennas/zennas";
 * const deeper: Space = {
 *   name: "deeper",
 *   replacements(blocks, index) {
 *     const block = blocks[index]!;
 *     return [[{ ...block, args: [...block.args.slice(0, -1), block.args.at(-1)! + 1] }]];
 *   },
 * };
 * const child = mutate(parseStructure("SuperResK3K3(3,16,1,8,1)"), new Random(1, 0), { space: deeper, replacements: 1 });
 * if (printStructure(child) !== "SuperResK3K3(3,16,1,8,2)") throw new Error(printStructure(child));
 * ```
 */
export interface Space {
  /** What the space is called. */
  readonly name: string;
  /** The lists of blocks that may replace `blocks[index]`. Must depend on its arguments alone. */
  replacements(blocks: readonly Block[], index: number): readonly Choices[];
}

/** What a space offers in place of one block. */
export interface ReplacementListing {
  /** The space's name. */
  readonly space: string;
  /** The block's index in the structure. */
  readonly block: number;
  /** The length of each list. */
  readonly lists: readonly number[];
  /** Every block offered, once, as text in code point order. */
  readonly distinct: readonly string[];
}

/**
 * Lists what a space offers in place of block `index` of a structure. Throws RangeError for an index outside it.
 *
 * @example
 * ```ts
 * import { listReplacements, parseStructure, publishedSpaces } from "@zennas/zennas";
 * const listing = listReplacements(publishedSpaces.XXBL, parseStructure("SuperConvK3BNRELU(3,8,1,1)"), 0);
 * if (listing.distinct.join() !== "SuperConvK3BNRELU(3,16,1,1),SuperConvK3BNRELU(3,8,1,1)") throw new Error();
 * ```
 */
export function listReplacements(space: Space, structure: Structure, index: number): ReplacementListing {
  const lists = replacementsOf(space, structure.blocks, index);
  const distinct = new Set<string>();
  for (const choices of lists) {
    for (let position = 0; position < choices.length; position++) {
      distinct.add(printStructure({ blocks: [choices.at(position)!] }));
    }
  }
  return { space: space.name, block: index, lists: lists.map((list) => list.length), distinct: [...distinct].sort() };
}

/** A space's lists for one block. Throws RangeError where the index is outside, or the space offers nothing. */
export function replacementsOf(space: Space, blocks: readonly Block[], index: number): readonly Choices[] {
  if (!blocks[index]) {
    throw new RangeError(`Cannot replace a block outside 0 … ${blocks.length - 1}: got index ${index}`);
  }
  const lists = space.replacements(blocks, index);
  if (!lists.some((list) => list.length > 0)) {
    throw new RangeError(`Cannot replace block ${index} as space ${space.name} offers nothing for it`);
  }
  return lists;
}
