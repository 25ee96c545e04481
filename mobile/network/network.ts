/** A network as exporters take it: a graph in inference mode, and the values of its parameters. */
import type { ParameterValues } from "../../core/evaluation/classifier.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { DesignForm, NamedDesign } from "../../core/networks/design.ts";
import { inferenceGraph } from "../../core/networks/inference.ts";
import type { Parameter } from "../../core/networks/layers.ts";
import { filledParameters, fillingRules, IMAGE } from "../../core/networks/parameters.ts";
import type { Shape } from "../../core/graph/shape.ts";

export { IMAGE };

/** A network ready to compute: one image in, one vector of logits out. */
export interface InferenceNetwork {
  /** Its one output is the logits, `[1, classes]`; its inputs are {@link IMAGE}, `[1, h, w, 3]`, and parameters. */
  readonly graph: Graph;
  /** The values of every input node but the image, by name. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

/** How well a network with its weights classified images, before anything was rounded. */
export interface MeasuredAccuracy {
  /** The data set's name. */
  readonly data: string;
  /** Which part of it. */
  readonly split: string;
  /** What its pixels were normalised by. */
  readonly normalize: string;
  /** Images that were answered. */
  readonly images: number;
  /** Of them, those whose largest logit was that of their class. */
  readonly right: number;
}

/** The file that trained weights were read from, known again by its hash. */
export interface TrainedParameters {
  /** Its name, without folders. */
  readonly weights: string;
  /** Its SHA-256, in hexadecimal. */
  readonly sha256: string;
  /** What was measured with them; null where nothing was. */
  readonly evaluation: MeasuredAccuracy | null;
}

/** Which network it is: enough to make it again, with the file of its weights where it is trained. */
export interface NetworkOrigin {
  /** The structure string, or the name of a model. */
  readonly structure: string;
  /** What it leaves open. */
  readonly form: DesignForm;
  /** Where the parameters come from. */
  readonly parameters: "filling rule trained" | TrainedParameters;
}

/** Values for a network's parameters, and where they are from. */
export interface NetworkWeights {
  /** Where they are from. */
  readonly origin: NetworkOrigin["parameters"];
  /** The values by name, in the layouts of the network's graph. */
  readonly values: (parameters: readonly Parameter[]) => ParameterValues;
}

/** A network, and which one it is. */
export interface KnownNetwork extends InferenceNetwork {
  /** Which network it is. */
  readonly origin: NetworkOrigin;
}

/**
 * A design as a network with values for its parameters. Throws ShapeError, and what `values` throws.
 *
 * @example
 * ```ts
 * import { filledParameters, fillingRules, networkNamed } from "@zennas/zennas";
 * import { networkWith } from "@zennas/zennas/mobile";
 * const trained = { weights: "net.pth", sha256: "0".repeat(64), evaluation: null };
 * const { origin } = networkWith(networkNamed("cifar_resnet20").design(), {
 *   origin: trained,
 *   values: (parameters) => filledParameters(parameters, fillingRules.scaled), // or readParameters(checkpoint, parameters)
 * });
 * if (origin.parameters !== trained || origin.form.classes !== 10) throw new Error();
 * ```
 */
export function networkWith(design: NamedDesign, { origin, values }: NetworkWeights): KnownNetwork {
  const { graph, parameters } = inferenceGraph(design, { batch: 1 }), { text: structure, form } = design;
  return { graph, values: values(parameters), origin: { structure, form, parameters: origin } };
}

/** The filling rule `trained`. */
const filled: NetworkWeights = {
  origin: "filling rule trained",
  values: (parameters) => filledParameters(parameters, fillingRules.trained),
};

/**
 * A design as a network with parameters by the filling rule `trained`: the same values in every implementation, for
 * comparing exporters and measuring latency without weights. Throws ShapeError.
 *
 * @example
 * ```ts
 * import { networkNamed } from "@zennas/zennas";
 * import { filledNetwork } from "@zennas/zennas/mobile";
 * const { graph, values } = filledNetwork(networkNamed("SuperConvK3BNRELU(3,8,2,1)").design());
 * if (graph.nodes.length === 0 || !("fc_linear.netblock.weight" in values)) throw new Error();
 * ```
 */
export function filledNetwork(design: NamedDesign): KnownNetwork {
  return networkWith(design, filled);
}

/** The node that takes the image. */
export function imageNode({ nodes }: Graph): NodeId {
  return nodes.findIndex((node) => node.op === "input" && node.attributes.name === IMAGE);
}

/** The shape of the image that a network takes, `[1, h, w, c]`. */
export function imageShape({ graph }: InferenceNetwork): Shape {
  return graph.nodes[imageNode(graph)]!.shape;
}
