/**
 * What each layer of a file loses by how its numbers are stored. One layer at a time is made as the file has it, in a
 * network that is exact otherwise: its weights as they are stored, and its output rounded to the scale that it has there.
 */
import type { Backend, Program } from "../../core/graph/backend.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import { MobileError } from "../errors.ts";
import { IMAGE, type InferenceNetwork } from "../network/network.ts";
import { simplify } from "../network/simplify.ts";
import type { FileGraph, FileQuantization, FileTensor } from "../tflite/file.ts";
import { lowerToLite } from "../tflite/lower.ts";
import type { LiteModel, LiteOperator } from "../tflite/model.ts";
import { layerName } from "../tflite/precision/keep.ts";
import { floatData, isLayer } from "../tflite/precision/layers.ts";
import { dequantize, roundedTo, storedValues } from "../tflite/stored_values.ts";
import { compareOutputs } from "./compare.ts";

/** What one layer of a file loses; ratios of signal to noise, dB, infinite (in JSON null) where nothing differs. */
export interface LayerError {
  /** The layer's name, or that of the tensor that another operator writes. */
  readonly name: string;
  /** The operator. */
  readonly operator: string;
  /** Its weights as stored, against the network's; null where it has none. */
  readonly weightsDb: number | null;
  /** Its output, against the network's, where only this layer is as stored. */
  readonly outputDb: number;
  /** The network's logits where only this layer is as stored: what the layer costs. The list is sorted by it. */
  readonly logitsDb: number;
}

/** A file's graph beside the network that it holds, and images to run both on. */
export interface LayerErrorOptions {
  readonly network: InferenceNetwork;
  /** In the shape of the network's input. */
  readonly images: readonly Float32Array[];
  readonly backend: Backend;
}

/** A layer in the network and in the file. */
interface Layer {
  readonly name: string;
  readonly operator: string;
  /** The node of the network's graph that computes its output. */
  readonly node: NodeId;
  /** Its weight in the network, and what the file has for it, in the same layout. */
  readonly weight?: { readonly name: string; readonly exact: Float32Array; readonly stored: Float32Array } | undefined;
  /** How its output is stored; undefined where it is in float32. */
  readonly output: FileQuantization | undefined;
}

/** The values that a file has for a weight, whatever they are stored in. */
function weightInFile(tensors: ReadonlyMap<string, FileTensor>, name: string): Float32Array | undefined {
  const stored = tensors.get(`${name}/float16`) ?? tensors.get(name);
  return stored && dequantize(storedValues(stored), stored);
}

/** The name of the network's parameter whose values a layer has. */
function parameterOf({ graph }: InferenceNetwork, layer: string): string | undefined {
  const inputs = graph.nodes.flatMap((node) => node.op === "input" ? [node.attributes.name] : []);
  return inputs.find((name) => name === `${layer}.weight` || name === `${layer}.scale`);
}

/** `[1, kh, kw, o]` as `[o, kh, kw, 1]`: the layout of the network's graph. */
function depthwiseInGraph(values: Float32Array, channels: number): Float32Array {
  const taps = values.length / channels;
  return values.map((_, index) => values[(index % taps) * channels + Math.floor(index / taps)]!);
}

function weightOf(
  operator: LiteOperator,
  { model, network, tensors }: {
    readonly model: LiteModel;
    readonly network: InferenceNetwork;
    readonly tensors: ReadonlyMap<string, FileTensor>;
  },
): Layer["weight"] {
  if (!isLayer(operator)) return undefined;
  const { name: inModel, shape, ...tensor } = model.tensors[operator.inputs[1]!]!;
  const name = parameterOf(network, layerName(model, operator)), stored = weightInFile(tensors, inModel);
  if (name === undefined || !stored) {
    const message = `Cannot measure the model's layers as each must have its weight in it: got none for ${inModel}`;
    throw new MobileError("MODEL_PROVENANCE", message, { data: { tensor: inModel } });
  }
  const inGraph = (values: Float32Array): Float32Array =>
    operator.name === "DEPTHWISE_CONV_2D" ? depthwiseInGraph(values, shape[3]!) : values;
  return { name, exact: inGraph(floatData({ name: inModel, shape, ...tensor })), stored: inGraph(stored) };
}

const sameScale = (a: FileQuantization | undefined, b: FileQuantization | undefined): boolean =>
  a?.scales[0] === b?.scales[0] && a?.zeroPoints[0] === b?.zeroPoints[0];

/** Layers, and the operators that store their output in another scale than their input. */
function layersOf(model: LiteModel, file: FileGraph, network: InferenceNetwork): readonly Layer[] {
  const tensors = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  const inFile = (id: number): FileQuantization | undefined => {
    const { name } = model.tensors[id]!;
    return (tensors.get(`${name}/int8`) ?? tensors.get(name))?.quantization;
  };
  return model.operators.flatMap((operator): Layer[] => {
    const [to] = operator.outputs as [number], { name, node } = model.tensors[to]!, output = inFile(to);
    const counts = isLayer(operator) || !sameScale(output, inFile(operator.inputs[0]!));
    if (!counts || node === undefined) return [];
    return [{ name, operator: operator.name, node, output, weight: weightOf(operator, { model, network, tensors }) }];
  });
}

/** A name that no parameter has. */
const FED = "zennas.layer";

/** The graph with a node's values fed in under {@link FED}. */
function fedAt({ nodes, outputs }: Graph, node: NodeId): Graph {
  const { shape } = nodes[node]!;
  return { outputs, nodes: nodes.with(node, { op: "input", inputs: [], attributes: { name: FED, shape }, shape }) };
}

/** Runs a program on each image, or on what is fed for it. */
function runEach(
  program: Program,
  feeds: readonly Readonly<Record<string, Float32Array>>[],
): Promise<Float32Array[]> {
  return Promise.all(feeds.map(async (feed) => (await program.run({ feeds: feed }))[0]!));
}

async function errorOf(
  { name, operator, node, weight, output }: Layer,
  { network: { graph, values }, images, backend, logits }: LayerErrorOptions & {
    readonly logits: readonly Float32Array[];
  },
): Promise<LayerError> {
  using upTo = backend.compile({ ...graph, outputs: [node] });
  const feeds = images.map((image) => ({ ...values, [IMAGE]: image }));
  const exact = await runEach(upTo, feeds);
  const changed = weight
    ? await runEach(upTo, feeds.map((feed) => ({ ...feed, [weight.name]: weight.stored })))
    : exact;
  const stored = output ? changed.map((each) => roundedTo(each, output)) : changed;
  using behind = backend.compile(fedAt(graph, node));
  const answers = await runEach(behind, feeds.map((feed, at) => ({ ...feed, [FED]: stored[at]! })));
  return {
    name,
    operator,
    weightsDb: weight ? compareOutputs([weight.exact], [weight.stored]).sqnrDb : null,
    outputDb: compareOutputs(exact, stored).sqnrDb,
    logitsDb: compareOutputs(logits, answers).sqnrDb,
  };
}

/**
 * What each layer of a file loses, the costliest first. Of `dynamic` files only the weights count: the runtime rounds
 * activations anew for each image.
 */
export async function layerErrors(file: FileGraph, options: LayerErrorOptions): Promise<readonly LayerError[]> {
  const network = simplify(options.network), { images, backend } = options;
  const layers = layersOf(lowerToLite(network), file, network);
  using program = backend.compile(network.graph);
  const logits = await runEach(program, images.map((image) => ({ ...network.values, [IMAGE]: image })));
  const errors: LayerError[] = [];
  for (const layer of layers) errors.push(await errorOf(layer, { network, images, backend, logits }));
  return errors.toSorted((a, b) => a.logitsDb - b.logitsDb || a.outputDb - b.outputDb);
}
