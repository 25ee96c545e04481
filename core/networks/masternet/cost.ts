/** The true cost of structures: parameters, multiply-adds and memory, counted on their graphs. */
import { graphCost, type PartCost } from "../graph_cost.ts";
import { sameShape, type Shape, ShapeError } from "../../graph/shape.ts";
import type { FormSwitches, NetworkForm } from "./definition.ts";
import { countLayers, inputChannels } from "./inspect.ts";
import { formSwitches, lowerBlocks, lowerClassifier } from "./lower.ts";
import { kindOfBlock } from "./registry.ts";
import type { Block, Structure } from "./structure.ts";

/** What a network costs, counted on its graph for one image. */
export interface TrueCost {
  /** Learnable numbers. */
  readonly parameters: number;
  /** Multiply-adds of convolutions and linear layers. */
  readonly macs: number;
  /** As `countLayers` counts. */
  readonly layers: number;
  /** Memory of activations in inference (see `peakActivationBytes`), bytes. */
  readonly peakActivationBytes: number;
}

/** Returns a count that float64 holds exactly; throws ShapeError for a larger one. */
export function exact(value: number, what: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw new ShapeError(`Cannot count ${what} beyond 2^53 exactly: got ${value}`);
}

/** The input shape and the form for which a block's cost is counted. */
interface CostSite {
  /** The shape of the block's input. */
  readonly before: Shape;
  readonly form: FormSwitches;
}

/**
 * A cache of costs by block; only the latest site of each block is kept. Blocks are immutable, so the cache changes no
 * result. A search changes one or two blocks of a structure, and the others need not be counted again.
 */
const known = new WeakMap<Block, CostSite & { readonly cost: PartCost }>();

const sameForm = (a: FormSwitches, b: FormSwitches): boolean =>
  a.squeezeExcite === b.squeezeExcite && a.residualLinks === b.residualLinks && a.batchNorm === b.batchNorm;

/** The cost of one block; for a composite block, the sum over the blocks that it stands for. */
export function blockCost(block: Block, site: CostSite): PartCost {
  const earlier = known.get(block);
  if (earlier && sameShape(earlier.before, site.before) && sameForm(earlier.form, site.form)) return earlier.cost;
  const { definition } = kindOfBlock(block);
  const cost = "expand" in definition
    ? sequenceCost(definition.expand(block, site.form), site)
    : graphCost(site.before, (network, input) => lowerBlocks([block], { network, input, form: site.form, name: "" }));
  known.set(block, { ...site, cost });
  return cost;
}

function sequenceCost(blocks: readonly Block[], { before, form }: CostSite): PartCost {
  const nothing = { parameters: 0, macs: 0, peakActivationBytes: 0, output: before };
  return blocks.reduce<PartCost>(
    (sum, block) => together(sum, blockCost(block, { before: sum.output, form })),
    nothing,
  );
}

/**
 * The cost of two successive parts. Only one tensor is alive between them, so the peak memory is that of the part that
 * needs more.
 */
function together(front: PartCost, back: PartCost): PartCost {
  return {
    parameters: front.parameters + back.parameters,
    macs: front.macs + back.macs,
    peakActivationBytes: Math.max(front.peakActivationBytes, back.peakActivationBytes),
    output: back.output,
  };
}

/**
 * The true cost of a network. Each block is counted by itself, with the input channels that its own arguments state. So
 * a structure whose channels do not fit together (one of the published ones) has a cost too. Throws ShapeError where a
 * block does not fit the resolution or its own inner blocks, and where a count is beyond 2^53.
 *
 * @example
 * ```ts
 * import { parseStructure, trueCost } from "@zennas/zennas";
 * const cost = trueCost(parseStructure("SuperConvK3BNRELU(3,8,2,1)"), { classes: 10, resolution: 32 });
 * if (cost.parameters !== 3 * 8 * 9 + 2 * 8 + 8 * 10 + 10) throw new Error(String(cost.parameters));
 * if (cost.macs !== 3 * 8 * 9 * 16 * 16 + 8 * 10) throw new Error(String(cost.macs));
 * if (cost.peakActivationBytes !== 4 * (32 * 32 * 3 + 16 * 16 * 8)) throw new Error();
 * ```
 */
export function trueCost(structure: Structure, options: NetworkForm): TrueCost {
  const { classes, resolution } = options, form = formSwitches(options);
  const parts: PartCost[] = [];
  let shape: Shape = [1, resolution, resolution, 3];
  for (const block of structure.blocks) {
    const part = blockCost(block, { before: shape.with(-1, inputChannels(block) ?? shape.at(-1)!), form });
    parts.push(part);
    shape = part.output;
  }
  parts.push(graphCost(shape, (network, features) => lowerClassifier(network, { features, classes })));
  const { parameters, macs, peakActivationBytes } = parts.reduce(together);
  return {
    parameters: exact(parameters, "parameters"),
    macs: exact(macs, "multiply-adds"),
    layers: countLayers(structure),
    peakActivationBytes: exact(peakActivationBytes, "bytes"),
  };
}
