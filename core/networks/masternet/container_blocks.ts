/** Container blocks: blocks that contain other blocks. */
import type { NodeId } from "../../graph/graph.ts";
import type { LoweringSite, PrimitiveDefinition, ReferenceCost, ReferenceSite } from "./definition.ts";
import type { Block } from "./structure.ts";

const nothing = (): ReferenceCost => ({ parameters: 0, macs: 0 });

const sequential: PrimitiveDefinition = {
  name: "Sequential",
  arguments: [],
  branches: "sequence",
  lower: ({ branches }, site) => site.sequence(branches[0]!, site),
  referenceCost: nothing,
};

/**
 * The output of every branch. In a checkpoint, a branch of one block is stored as that block, a longer branch as a
 * sequence with its own names.
 */
function lowerBranches({ branches }: Block, site: LoweringSite): readonly NodeId[] {
  return branches.map((blocks, index) => {
    const at = { input: site.input, name: `${site.name}.module_list.${index}` };
    return blocks.length === 1 ? site.block(blocks[0]!, at) : site.sequence(blocks, at);
  });
}

const multiSum: PrimitiveDefinition = {
  name: "MultiSumBlock",
  arguments: [],
  branches: "sum",
  lower: (block, site) =>
    lowerBranches(block, site).reduce((sum, branch) => site.network.builder.add("add", [sum, branch], {})),
  referenceCost: nothing,
};

const multiCat: PrimitiveDefinition = {
  name: "MultiCatBlock",
  arguments: [],
  branches: "concat",
  lower: (block, site) => site.network.builder.add("concat", lowerBranches(block, site), {}),
  referenceCost: nothing,
};

/** The projection of a residual block's input, which is added to the output of its inner blocks. */
function lowerShortcut(site: LoweringSite, projection: { readonly channels: number; readonly stride: number }): NodeId {
  const { network, input, name } = site;
  const projected = network.convolution(input, `${name}.proj.0`, { ...projection, kernel: 1, bias: true });
  return site.batchNorm({ input: projected, name: `${name}.proj.1` });
}

/** Keeps the name of the weight of the last normalisation among a residual block's own blocks, where it has one. */
function keepBranchWeight(inner: readonly Block[], { network, form, name }: LoweringSite): void {
  const last = inner.findLastIndex((block) => block.name === "BN");
  if (last >= 0 && form.batchNorm) network.branchWeights.push(`${name}.module_list.${last}.netblock.weight`);
}

/**
 * The reference's rule: the area of a projection is that of the output's resolution divided once more by the stride.
 */
function projectionCost(stride: number, site: ReferenceSite): ReferenceCost {
  const { inputChannels, outputChannels, outputResolution, form } = site;
  const area = (outputResolution / stride) ** 2, weights = inputChannels * outputChannels;
  const normalized = form.batchNorm ? outputChannels : 0;
  return { parameters: weights + outputChannels, macs: area * (weights + normalized) };
}

function residual(name: string, always: boolean): PrimitiveDefinition {
  const projects = (stride: number, { from, to }: { from: number; to: number }): boolean =>
    always || stride > 1 || from !== to;
  return {
    name,
    arguments: ["in", "stride"],
    argumentsOptional: true,
    branches: "sequence",
    lower: ({ args, branches }, site) => {
      const { builder } = site.network, stride = args[1]!;
      const inner = site.sequence(branches[0]!, site);
      if (!site.form.residualLinks) return inner;
      keepBranchWeight(branches[0]!, site);
      const from = builder.shape(site.input).at(-1)!, channels = builder.shape(inner).at(-1)!;
      const shortcut = projects(stride, { from, to: channels })
        ? lowerShortcut(site, { channels, stride })
        : site.input;
      return builder.add("add", [inner, shortcut], {});
    },
    referenceCost: ({ args }, site) => {
      const channels = { from: site.inputChannels, to: site.outputChannels };
      return site.form.residualLinks && projects(args[1]!, channels) ? projectionCost(args[1]!, site) : nothing();
    },
  };
}

/** Every container. */
export const containerBlocks: readonly PrimitiveDefinition[] = [
  sequential,
  multiSum,
  multiCat,
  residual("ResBlock", false),
  residual("ResBlockProj", true),
];
