/**
 * A network cut into steps: the parts between the tensors that a file of it has. Each step is well-conditioned, as it is
 * one layer, however much all of them in a row amplify.
 */
import { type Graph, GraphBuilder, type NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import type { FileGraph, FileQuantization } from "../tflite/file.ts";
import type { LiteModel } from "../tflite/model.ts";

/** A tensor that the network and its file both have. */
export interface Step {
  /** Its name in the float32 model. */
  readonly name: string;
  /** The operator that writes it. */
  readonly operator: string;
  /** The node of the network's graph that computes it. */
  readonly node: NodeId;
  /** Its index in the file. */
  readonly tensor: number;
  /** Its extents, channels last. */
  readonly shape: Shape;
  /** How the file stores it in 8 bits; undefined where it is in float32. */
  readonly stored: FileQuantization | undefined;
}

/** What is fed in place of a step's tensor, or added to it. */
export const fedName = (node: NodeId): string => `zennas.step.${node}`;

/** The steps of a file: the tensors of the float32 model that it has, in their order; the image is the first. */
export function stepsOf(model: LiteModel, file: FileGraph): readonly Step[] {
  const at = new Map(file.tensors.map(({ name }, index) => [name, index]));
  const writers = new Map(model.operators.map((operator) => [operator.outputs[0]!, operator]));
  return model.tensors.flatMap(({ name, node, shape }, id): Step[] => {
    const tensor = at.get(`${name}/int8`) ?? at.get(name), operator = writers.get(id)?.name;
    if (node === undefined || tensor === undefined || operator === "PAD" || operator === "PADV2") return [];
    const isCopied = tensor === file.inputs[0]; // callers fill it, so that the file cannot have changed it
    if (operator === undefined && (id !== model.input || isCopied)) return [];
    const { quantization: stored } = file.tensors[tensor]!;
    return [{ name, operator: operator ?? "INPUT", node, tensor, shape, stored }];
  });
}

/** A graph in which what reads a step's tensor reads something else. */
function rewired(
  { nodes, outputs }: Graph,
  replace: (builder: GraphBuilder, node: NodeId, computed: NodeId) => NodeId,
): { readonly builder: GraphBuilder; readonly computed: readonly NodeId[]; readonly outputs: readonly NodeId[] } {
  const builder = new GraphBuilder(), computed: NodeId[] = [], read: NodeId[] = [];
  nodes.forEach(({ op, inputs, attributes }, id) => {
    computed.push(builder.add(op as OpName, inputs.map((from) => read[from]!), attributes));
    read.push(replace(builder, id, computed[id]!));
  });
  return { builder, computed, outputs: outputs.map((id) => read[id]!) };
}

/** The graph whose steps each start from what is fed under {@link fedName}; its outputs are those of all steps. */
export function stepGraph(graph: Graph, steps: readonly Step[]): Graph {
  const cut = new Set(steps.map(({ node }) => node));
  const { builder, computed } = rewired(graph, (into, node, id) => {
    const { shape } = graph.nodes[node]!;
    return cut.has(node) ? into.add("input", [], { name: fedName(node), shape }) : id;
  });
  return builder.build(steps.map(({ node }) => computed[node]!));
}

/** The graph with what is fed under {@link fedName} added to each step's tensor. */
export function disturbedGraph(graph: Graph, steps: readonly Step[]): Graph {
  const cut = new Set(steps.map(({ node }) => node));
  const { builder, outputs } = rewired(graph, (into, node, id) => {
    if (!cut.has(node)) return id;
    const { shape } = graph.nodes[node]!;
    return into.add("add", [id, into.add("input", [], { name: fedName(node), shape })], {});
  });
  return builder.build(outputs);
}

/** How many values the tensors of all steps hold. */
export function valuesOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
