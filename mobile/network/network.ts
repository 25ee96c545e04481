/** A network as exporters take it: a graph in inference mode, and the values of its parameters. */
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { DesignForm, NamedDesign } from "../../core/networks/design.ts";
import { inferenceGraph } from "../../core/networks/inference.ts";
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

/** Which network it is: enough to make it again. */
export interface NetworkOrigin {
  /** The structure string, or the name of a model. */
  readonly structure: string;
  /** What it leaves open. */
  readonly form: DesignForm;
  /** Where the parameters come from. */
  readonly parameters: "filling rule trained";
}

/** A network, and which one it is. */
export interface KnownNetwork extends InferenceNetwork {
  /** Which network it is. */
  readonly origin: NetworkOrigin;
}

/**
 * A design as a network with parameters by the filling rule `trained`: the same values in every implementation, for
 * comparing exporters and measuring latency before there are weights. Throws ShapeError.
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
  const { graph, parameters } = inferenceGraph(design, { batch: 1 }), { text: structure, form } = design;
  return {
    graph,
    values: filledParameters(parameters, fillingRules.trained),
    origin: { structure, form, parameters: "filling rule trained" },
  };
}

/** The node that takes the image. */
export function imageNode({ nodes }: Graph): NodeId {
  return nodes.findIndex((node) => node.op === "input" && node.attributes.name === IMAGE);
}

/** The shape of the image that a network takes, `[1, h, w, c]`. */
export function imageShape({ graph }: InferenceNetwork): Shape {
  return graph.nodes[imageNode(graph)]!.shape;
}
