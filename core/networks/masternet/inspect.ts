/** Facts about a block that follow from its definition: channels, stride, layers. */
import { type BlockKind, kindOfBlock } from "./registry.ts";
import type { Block, Structure } from "./structure.ts";
import type { FormSwitches } from "./definition.ts";

/** The form in which a block's layers are counted; they are the same in any other. */
const PLAIN: FormSwitches = { squeezeExcite: false, residualLinks: true, batchNorm: true };

/** The channels that a block says it takes; undefined where it takes any. */
export function inputChannels(block: Block): number | undefined {
  const kind = kindOfBlock(block);
  if (kind.in >= 0) return block.args[kind.in];
  const first = block.branches[0]?.[0];
  return first && inputChannels(first);
}

/** The channels that a block gives to the next; undefined where it gives what it takes. */
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

/** What a block divides the resolution by. */
export function blockStride(block: Block): number {
  const kind = kindOfBlock(block);
  if (kind.stride >= 0) return block.args[kind.stride] ?? 1;
  return sequenceStride(block.branches[0] ?? []);
}

/** What a sequence of blocks divides the resolution by. */
export function sequenceStride(blocks: readonly Block[]): number {
  return blocks.reduce((product, block) => product * blockStride(block), 1);
}

function branchLayers({ definition }: BlockKind, { branches }: Block): number {
  const layers = branches.map(sequenceLayers);
  return definition.branches === "sequence" ? layers[0] ?? 0 : Math.max(0, ...layers);
}

/** How many layers a block counts for: its `layers` argument, or those of its inner blocks (of the deepest branch). */
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
 * The depth of a structure as searches bound it: a super block counts its `layers` argument, a convolution or linear
 * layer outside of one counts 1, and everything else 0.
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
