/** Networks to test on. */
import {
  fedParameters,
  filledInput,
  filledParameters,
  type FillingRule,
  type Graph,
  GraphBuilder,
  lowerStructure,
  Network,
  type NetworkForm,
  type NodeId,
  parseStructure,
  type Shape,
} from "@zennas/zennas";

/** A structure on a graph whose parameters and input are fed. */
export interface Lowered {
  readonly builder: GraphBuilder;
  readonly network: Network;
  readonly input: NodeId;
  readonly features: NodeId;
  readonly logits: NodeId;
}

/** What a test varies. */
export interface LoweringOptions extends Partial<NetworkForm> {
  readonly mode?: "train" | "inference";
  readonly batch?: number;
  readonly channels?: number;
}

/** Puts a structure on a new graph. */
export function lowered(text: string, options: LoweringOptions = {}): Lowered {
  const { mode = "inference", batch = 1, channels = 3, classes = 10, resolution = 32 } = options;
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode, parameters: fedParameters() });
  const input = builder.add("input", [], { name: "input", shape: [batch, resolution, resolution, channels] });
  const form = { ...options, classes, resolution, input };
  return { builder, network, input, ...lowerStructure(parseStructure(text), network, form) };
}

/** Feeds for all of a network's parameters and the input, by the published filling rule. */
export function feeds({ builder, network, input }: Lowered, rule: FillingRule): Record<string, Float32Array> {
  return { ...filledParameters(network.parameters, rule), ...filledInput("input", builder.shape(input)) };
}

/** The graph of one output. */
export function graphOf({ builder }: Lowered, output: NodeId): Graph {
  return builder.build([output]);
}

/** A parameter's shape in PyTorch's order. */
export function pytorchShape(shape: Shape): Shape {
  if (shape.length !== 4) return shape;
  const [o, h, w, i] = shape as readonly [number, number, number, number];
  return [o, i, h, w];
}
