/** Transforms structures: chains the channels of blocks, and splits deep blocks. */
import { kindOfBlock } from "./registry.ts";
import { outputChannels } from "./inspect.ts";
import { type Block, leaf, type Structure } from "./structure.ts";

/** A super block with at least this many layers is split: half this number, and the rest. */
const SPLIT_LAYERS = 6;

function splitBlock(block: Block): readonly Block[] {
  const kind = kindOfBlock(block), layers = block.args[kind.layers] ?? 0;
  if (!kind.definition.splits || layers < SPLIT_LAYERS) return [block];
  const first = [...block.args], second = [...block.args];
  first[kind.layers] = SPLIT_LAYERS / 2;
  second[kind.layers] = layers - SPLIT_LAYERS / 2;
  second[kind.in] = block.args[kind.out]!;
  second[kind.stride] = 1;
  return [leaf(block.name, first), leaf(block.name, second)];
}

/**
 * Splits every super block with residual layers that has n ≥ 6 layers in two, with 3 and n − 3 layers. The second keeps
 * the channels and has stride 1. Each of the two projects in its first layer, so the network has one more projection.
 *
 * @example
 * ```ts
 * import { parseStructure, printStructure, splitStructure } from "@zennas/zennas";
 * const split = splitStructure(parseStructure("SuperResK3K3(8,16,2,8,7)"));
 * if (printStructure(split) !== "SuperResK3K3(8,16,2,8,3)SuperResK3K3(16,16,1,8,4)") throw new Error();
 * ```
 */
export function splitStructure({ blocks }: Structure): Structure {
  return { blocks: blocks.flatMap(splitBlock) };
}

function chainBlock(block: Block, channels: number): Block {
  const kind = kindOfBlock(block);
  const settled = kind.in < 0 || block.args[kind.in] === channels;
  if (settled && block.branches.length === 0) return block;
  const args = settled ? block.args : block.args.with(kind.in, channels);
  return { ...block, args, branches: block.branches.map((inner) => chainBlocks(inner, channels)) };
}

function chainBlocks(blocks: readonly Block[], channels: number | undefined): readonly Block[] {
  let before = channels;
  return blocks.map((block) => {
    const chained = before === undefined ? block : chainBlock(block, before);
    before = outputChannels(chained) ?? before;
    return chained;
  });
}

/**
 * Sets the input channels of every block, including inner blocks, to the output channels of the block before. The first
 * block keeps its input channels.
 *
 * @example
 * ```ts
 * import { chainChannels, parseStructure, printStructure } from "@zennas/zennas";
 * const chained = chainChannels(parseStructure("ConvKX(3,24,3,1)BN(8)RELU(8)SuperResK3K3(8,16,2,8,1)"));
 * if (printStructure(chained) !== "ConvKX(3,24,3,1)BN(24)RELU(24)SuperResK3K3(24,16,2,8,1)") throw new Error();
 * ```
 */
export function chainChannels({ blocks }: Structure): Structure {
  return { blocks: chainBlocks(blocks, undefined) };
}
