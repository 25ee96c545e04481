/** Checks that the channels of a structure's blocks chain, with the position in the text of the block that does not. */
import { parseWithPositions } from "./parse.ts";
import { kindOfBlock } from "./registry.ts";
import type { Block, Structure } from "./structure.ts";
import { excerpt } from "./syntax_error.ts";

/** Channels of the image, which the first block takes. */
const IMAGE_CHANNELS = 3;

/**
 * Thrown where a structure cannot be built because a block takes other channels than it is given. The message is one
 * line, then the text around the block with a caret below its first character.
 */
export class StructureChannelError extends RangeError {
  /** The name of the error's class. */
  override readonly name = "StructureChannelError";
  /** The whole text. */
  readonly structure: string;
  /** Index in {@link structure} of the block's first character. */
  readonly position: number;

  /** Creates an error; `reason` completes the sentence "Cannot build the structure as …". */
  constructor(reason: string, { structure, position }: { readonly structure: string; readonly position: number }) {
    super(`Cannot build the structure as ${reason}, at character ${position + 1}\n${excerpt(structure, position)}`);
    this.structure = structure;
    this.position = position;
  }
}

/** Reports what is wrong with a block. */
type Fail = (block: Block, reason: string) => never;

/** The channels after a sequence of blocks that is given `channels`. */
function channelsAfter(blocks: readonly Block[], channels: number, fail: Fail): number {
  return blocks.reduce((given, block) => channelsBehind(block, given, fail), channels);
}

function channelsBehind(block: Block, given: number, fail: Fail): number {
  const kind = kindOfBlock(block), { name, args, branches } = block;
  const taken = args[kind.in] ?? given;
  if (taken !== given) fail(block, `${name} takes ${taken} channels: got ${given}`);
  const inner = branches.map((branch) => channelsAfter(branch, given, fail));
  if (kind.definition.branches === "sum") {
    const odd = inner.findIndex((channels) => channels !== inner[0]);
    if (odd >= 0) {
      fail(
        branches[odd]![0]!,
        `the branches of ${name} must have ${inner[0]} channels, as its first: got ${inner[odd]}`,
      );
    }
  }
  if (kind.out >= 0) return args[kind.out]!;
  return kind.definition.branches === "concat" ? inner.reduce((sum, channels) => sum + channels) : inner[0] ?? given;
}

/**
 * Parses the structure string of a network that is to be built, counted or scored. The first block must take the 3
 * channels of an image, every other block, inner blocks among them, those that it is given, and the branches of a sum
 * must end with equally many.
 *
 * Throws StructureSyntaxError as `parseStructure` does, and {@link StructureChannelError}.
 *
 * @example
 * ```ts
 * import { parseChainedStructure, StructureChannelError } from "@zennas/zennas";
 * try {
 *   parseChainedStructure("ConvKX(3,8,3,1)BN(9)");
 *   throw new Error("parsed");
 * } catch (error) {
 *   if (!(error instanceof StructureChannelError) || error.position !== 15) throw error;
 * }
 * ```
 */
export function parseChainedStructure(text: string): Structure {
  const { structure, positions } = parseWithPositions(text);
  channelsAfter(structure.blocks, IMAGE_CHANNELS, (block, reason) => {
    throw new StructureChannelError(reason, { structure: text, position: positions.get(block)! });
  });
  return structure;
}
