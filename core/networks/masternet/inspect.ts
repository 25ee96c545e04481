/** Properties of a block that follow from its definition: channels, stride, layers. */
import { type BlockKind, kindOfBlock } from "./registry.ts";
import type { Block, Structure } from "./structure.ts";
import type { FormSwitches } from "./definition.ts";

/** The form in which layers are counted; the number is the same in every form. */
const PLAIN: FormSwitches = { squeezeExcite: false, residualLinks: true, batchNorm: true };

/** The input channels that a block states; undefined where it takes any number. */
export function inputChannels(block: Block): number | undefined {
  const kind = kindOfBlock(block);
  if (kind.in >= 0) return block.args[kind.in];
  const first = block.branches[0]?.[0];
  return first && inputChannels(first);
}

/** The output channels of a block; undefined where they are the same as its input channels. */
export function outputChannels(block: Block): number | undefined {
  const kind = kindOfBlock(block);
  if (kind.out >= 0) return block.args[kind.out];
  if (kind.definition.branches === "concat") return sumOfBranches(block);
  return block.branches[0] && lastChannels(block.branches[0]);
}

function sumOfBranches({ branches }: Block): number | undefined {
  return branches.reduce<number | undefined>((sum, blocks) => {
    const channels = lastChannels(blocks);
    return sum === undefined || channels === undefined ? undefined : sum + channels;
  }, 0);
}

function lastChannels(blocks: readonly Block[]): number | undefined {
  return blocks.reduce<number | undefined>((before, block) => outputChannels(block) ?? before, undefined);
}

/** The stride of a block: the number that it divides the resolution by. */
export function blockStride(block: Block): number {
  const kind = kindOfBlock(block);
  if (kind.stride >= 0) return block.args[kind.stride] ?? 1;
  return sequenceStride(block.branches[0] ?? []);
}

/** The stride of a sequence of blocks: the product of their strides. */
export function sequenceStride(blocks: readonly Block[]): number {
  return blocks.reduce((product, block) => product * blockStride(block), 1);
}

function branchLayers({ definition }: BlockKind, { branches }: Block): number {
  const layers = branches.map(sequenceLayers);
  return definition.branches === "sequence" ? layers[0] ?? 0 : Math.max(0, ...layers);
}

/** The layers that a block counts for: its `layers` argument, or those of its inner blocks (of the deepest branch). */
export function blockLayers(block: Block): number {
  const kind = kindOfBlock(block), { definition } = kind;
  if (kind.layers >= 0) return block.args[kind.layers]!;
  if (definition.branches) return branchLayers(kind, block);
  return "expand" in definition ? sequenceLayers(definition.expand(block, PLAIN)) : definition.layers ?? 0;
}

function sequenceLayers(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + blockLayers(block), 0);
}

/**
 * The depth of a structure, which searches limit: a super block counts as its `layers` argument, a convolution or
 * linear layer outside of a super block as 1, and everything else as 0.
 *
 * @example
 * ```ts
 * import { countLayers, parseStructure } from "@zennas/zennas";
 * const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,4)");
 * if (countLayers(structure) !== 5) throw new Error();
 * ```
 */
export function countLayers({ blocks }: Structure): number {
  return sequenceLayers(blocks);
}
