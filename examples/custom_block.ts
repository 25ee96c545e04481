/**
 * A block of your own: one call registers its name, and structures that use it are then parsed, chained, scored and
 * counted like any other. Run it with `deno run examples/custom_block.ts`, or name it to any command that takes structures:
 * `zen analyze --module examples/custom_block.ts 'SuperConvK3BNRELU(3,16,1,1)GhostK3(16,32,2)'`.
 *
 * The block is GhostNet's (Han et al., "GhostNet: more features from cheap operations", CVPR 2020): a convolution
 * computes half of the output's channels, and a cheap depthwise convolution of these computes the other half.
 */
import { chainChannels, type NodeId, parseStructure, printStructure, registerBlock, trueCost } from "@zennas/zennas";

registerBlock({
  name: "GhostK3",
  arguments: ["in", "out", "stride"],
  layers: 2,
  lower: ({ args }, { network, input, name, batchNorm }): NodeId => {
    const [, outputs, stride] = args as readonly [number, number, number];
    const channels = outputs / 2; // An odd number of outputs ends in a ShapeError.
    const dense = network.convolution(input, `${name}.dense`, { channels, kernel: 1, stride });
    const primary = network.relu(batchNorm({ input: dense, name: `${name}.dense_norm` }));
    const cheap = network.convolution(primary, `${name}.cheap`, { channels, kernel: 3, groups: channels });
    const ghost = network.relu(batchNorm({ input: cheap, name: `${name}.cheap_norm` }));
    return network.builder.add("concat", [primary, ghost], {});
  },
});

/** A structure that uses the block; `chainChannels` makes the channels of neighbouring blocks fit. */
export const structure = chainChannels(parseStructure(
  "SuperConvK3BNRELU(3,16,1,1)GhostK3(16,32,2)SuperResK3K3(8,64,2,32,2)GhostK3(8,128,1)SuperConvK1BNRELU(8,256,1,1)",
));

/** The structure's cost on CIFAR-10. */
export const cost = trueCost(structure, { classes: 10, resolution: 32 });

if (import.meta.main) {
  // deno-lint-ignore no-console -- printing is what an example is for
  console.log(printStructure(structure), cost);
}
