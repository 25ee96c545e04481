/**
 * A search space of your own, as a module: `zen search --preset zen-cifar-params1M --space examples/custom_space.ts`.
 *
 * It keeps every block's type and channels, and changes only depth and stride. A block that has no number of layers, such
 * as that of examples/custom_block.ts, keeps its depth too.
 */
import type { Block, Space } from "@zennas/zennas";

/** A copy of the block with other arguments. */
function withArgs(block: Block, args: readonly number[]): Block {
  return { name: block.name, args, branches: [] };
}

/** `--space` reads the export named `space`. */
export const space: Space = {
  name: "depth-and-stride",
  replacements(blocks, index) {
    const block = blocks[index]!;
    const [input, out, stride, ...rest] = block.args as [number, number, number, ...number[]];
    const strided = [1, 2].map((step) => withArgs(block, [input, out, step, ...rest]));
    if (rest.length === 0) return [strided];
    const deeper = [1, 2, 3, 4].map((count) => withArgs(block, [input, out, stride, ...rest.slice(0, -1), count]));
    return [deeper, strided];
  },
};
