/** Crossover: the beginning of one structure before the end of another. */
import {
  type Block,
  blockStride,
  chainChannels,
  parseChainedStructure,
  printStructure,
  type Structure,
  StructureChannelError,
  StructureSyntaxError,
} from "../networks/masternet/mod.ts";
import type { Random } from "../numeric/random.ts";
import { replacementsOf, type Space } from "./space.ts";

/** How often a pair of structures is cut before one of them is taken as it is. */
const TRIES = 8;

/** The blocks before a cut in each of two structures. */
type Cut = readonly [before: number, after: number];

/** How much the resolution has been divided by before each block. */
function stridesBefore(blocks: readonly Block[]): readonly number[] {
  let stride = 1;
  return blocks.map((block) => {
    const before = stride;
    stride *= blockStride(block);
    return before;
  });
}

/** The pairs of cuts, inside both structures, before which both have divided the resolution by the same number. */
function cutsOf(first: Structure, second: Structure): readonly Cut[] {
  const ours = stridesBefore(first.blocks), theirs = stridesBefore(second.blocks);
  return ours.flatMap((stride, before) =>
    theirs.flatMap((other, after): Cut[] => before > 0 && after > 0 && stride === other ? [[before, after]] : [])
  );
}

/** Whether a structure is one that can be built and that the space can vary. */
function isViable(structure: Structure, space: Space): boolean {
  try {
    const { blocks } = parseChainedStructure(printStructure(structure));
    blocks.forEach((_, index) => replacementsOf(space, blocks, index));
    return true;
  } catch (error) {
    if (error instanceof StructureSyntaxError || error instanceof StructureChannelError) return false;
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The blocks of `first` before a cut and those of `second` behind one. Both cuts are where the resolution has been divided by
 * the same number, so the child divides it as often as its second parent. Channels are chained anew. A child that cannot be
 * built, or that the space cannot vary, is dropped and other cuts are drawn; after eight of them, or where there is no pair of
 * cuts, the child is `first`. All draws come from `random`.
 *
 * @example
 * ```ts
 * import { crossover, parseStructure, printStructure, publishedSpaces, Random } from "@zennas/zennas";
 * const [a, b] = ["SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)", "SuperConvK3BNRELU(3,16,1,1)SuperResK5K5(16,32,2,8,2)"]
 *   .map((text) => parseStructure(text)) as [ReturnType<typeof parseStructure>, ReturnType<typeof parseStructure>];
 * const child = printStructure(crossover([a, b], new Random(1, 0), publishedSpaces.XXBL));
 * if (child !== "SuperConvK3BNRELU(3,8,1,1)SuperResK5K5(8,32,2,8,2)") throw new Error(child);
 * ```
 */
export function crossover(
  [first, second]: readonly [Structure, Structure],
  random: Random,
  space: Space,
): Structure {
  const cuts = [...cutsOf(first, second)];
  for (let tries = 0; tries < TRIES && cuts.length > 0; tries++) {
    const [[before, after]] = cuts.splice(random.below(cuts.length), 1) as [Cut];
    const child = chainChannels({ blocks: [...first.blocks.slice(0, before), ...second.blocks.slice(after)] });
    if (isViable(child, space)) return child;
  }
  return first;
}
