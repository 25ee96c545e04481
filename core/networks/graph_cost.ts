/** What a network or a part of one costs, counted on its graph. */
import { graphMacs, peakActivationBytes } from "../graph/cost.ts";
import { GraphBuilder, type NodeId } from "../graph/graph.ts";
import type { Shape } from "../graph/shape.ts";
import { Network, parameterCount, type ParameterSource } from "./layers.ts";

/** The cost of a part of a network, and the shape of its output. */
export interface PartCost {
  readonly parameters: number;
  readonly macs: number;
  readonly peakActivationBytes: number;
  /** The shape of its output. */
  readonly output: Shape;
}

/**
 * Supplies one shared node for all vectors of a length, to keep graphs small: costs do not depend on values, and most
 * parameters are vectors.
 */
function valuelessParameters(): ParameterSource {
  const vectors = new Map<number, NodeId>();
  return (builder, { shape }) => {
    const length = shape.length === 1 ? shape[0] : undefined;
    const node = vectors.get(length ?? 0) ?? builder.add("constant", [], { shape, values: [0] });
    if (length !== undefined) vectors.set(length, node);
    return node;
  };
}

/** Builds a network, or a part of one, on a graph of its own behind an input of this shape, and counts its cost. */
export function graphCost(shape: Shape, build: (network: Network, input: NodeId) => NodeId): PartCost {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "inference", parameters: valuelessParameters() });
  const input = builder.add("input", [], { name: "input", shape });
  const output = build(network, input);
  const graph = builder.build([output]);
  return {
    parameters: parameterCount(network.parameters),
    macs: graphMacs(graph),
    peakActivationBytes: peakActivationBytes(graph, new Set([input])),
    output: builder.shape(output),
  };
}
