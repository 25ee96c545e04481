/** What structures cost: truly, and by the reference's counting. */
import { graphMacs, parameterCount, peakActivationBytes } from "../cost.ts";
import { GraphBuilder, type NodeId } from "../graph.ts";
import { Network, type ParameterSource } from "../network.ts";
import { type Shape, ShapeError } from "../shape.ts";
import type { FormSwitches, NetworkForm } from "./definition.ts";
import { countLayers, inputChannels } from "./inspect.ts";
import { formSwitches, lowerBlocks, lowerClassifier } from "./lower.ts";
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

/** The cost of a part of a network, and what it passes on. */
export interface PartCost {
  readonly parameters: number;
  readonly macs: number;
  readonly peakActivationBytes: number;
  readonly output: Shape;
}

/** One node for all parameters of a shape: costs depend on no values. */
function sharedByShape(): ParameterSource {
  const nodes = new Map<string, NodeId>();
  return (builder, { shape }) => {
    const key = shape.join();
    const node = nodes.get(key) ?? builder.add("constant", [], { shape, values: [0] });
    nodes.set(key, node);
    return node;
  };
}

/** Builds a part of a network on a graph of its own, behind an input of this shape, and counts it. */
function partCost(shape: Shape, build: (network: Network, input: NodeId) => NodeId): PartCost {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "inference", parameters: sharedByShape() });
  const input = builder.add("input", [], { name: "input", shape });
  const output = build(network, input);
  const graph = builder.build([output]);
  return {
    parameters: parameterCount(network.parameters),
    macs: graphMacs(graph),
    peakActivationBytes: peakActivationBytes(graph, new Set([0])),
    output: builder.shape(output),
  };
}

/** A count, if float64 holds it exactly; throws ShapeError. */
export function exact(value: number, what: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw new ShapeError(`Cannot count ${what} beyond 2^53 exactly: got ${value}`);
}

/** A block's cost, on the channels that it says it takes. */
export function blockCost(
  block: Block,
  { before, form }: { readonly before: Shape; readonly form: FormSwitches },
): PartCost {
  const shape = before.with(-1, inputChannels(block) ?? before.at(-1)!);
  return partCost(shape, (network, input) => lowerBlocks([block], { network, input, form, name: "" }));
}

/**
 * The true cost of a network. Blocks are counted one by one, each on the channels that it says it takes, so that
 * structures whose channels do not fit (some published ones) have a cost too; between top-level blocks one value alone is
 * alive, so the peak is that of the dearest block. Throws ShapeError where a block does not fit its inner blocks or the
 * resolution.
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
export function trueCost(structure: Structure, form: NetworkForm): TrueCost {
  const switches = formSwitches(form);
  const parts: PartCost[] = [];
  let before: Shape = [1, form.resolution, form.resolution, 3];
  for (const block of structure.blocks) {
    const part = blockCost(block, { before, form: switches });
    parts.push(part);
    before = part.output;
  }
  parts.push(partCost(before, (network, features) => lowerClassifier(network, { features, classes: form.classes })));
  return {
    parameters: exact(parts.reduce((sum, { parameters }) => sum + parameters, 0), "parameters"),
    macs: exact(parts.reduce((sum, { macs }) => sum + macs, 0), "multiply-adds"),
    layers: countLayers(structure),
    peakActivationBytes: exact(Math.max(...parts.map((part) => part.peakActivationBytes)), "bytes"),
  };
}
