/** Runs a network in inference mode on one batch and returns its logits. */
import type { Backend } from "../graph/backend.ts";
import { type Graph, GraphBuilder } from "../graph/graph.ts";
import type { RunOptions } from "../graph/op.ts";
import type { Shape } from "../graph/shape.ts";
import type { NetworkDesign } from "./design.ts";
import { Network, type Parameter } from "./layers.ts";
import {
  fedParameters,
  type Fill,
  filledInput,
  filledParameters,
  fillingRules,
  gaussianParameters,
  IMAGE,
  STREAM,
} from "./parameters.ts";

/** How to run a network, and on what. */
export interface ForwardOptions {
  /** Images of the batch. */
  readonly batch: number;
  /** `reference`: images and parameters by the filling rule `trained`; `gaussian`: draws of the seed. */
  readonly fill: Fill;
  /** Values of the parameters by name, in place of filled or drawn ones: out of a file of weights. */
  readonly values?: ((parameters: readonly Parameter[]) => Readonly<Record<string, Float32Array>>) | undefined;
  /** Seed of gaussian draws. */
  readonly seed: number;
  /** Where to run it. */
  readonly backend: Backend;
}

/** A network in inference mode that is fed everything: images under {@link IMAGE}, and parameters under their names. */
export interface InferenceGraph {
  /** Its one output is the logits, `[batch, classes]`. */
  readonly graph: Graph;
  /** Of the images, `[batch, h, w, 3]`. */
  readonly shape: Shape;
  /** What must be fed beside the images. */
  readonly parameters: readonly Parameter[];
}

/** How a network is put on a graph. */
export interface InferenceOptions {
  /** Images of a batch. */
  readonly batch: number;
  /** Under which names parameters are fed; default: their own. */
  readonly nameOf?: ((parameter: string) => string) | undefined;
}

/**
 * Puts a network on a graph in inference mode.
 *
 * @example
 * ```ts
 * import { inferenceGraph, networkNamed } from "@zennas/zennas";
 * const { shape, parameters } = inferenceGraph(networkNamed("cifar_resnet20").design(), { batch: 2 });
 * if (shape.join() !== "2,32,32,3" || parameters[0]!.name !== "conv1.weight") throw new Error();
 * ```
 */
export function inferenceGraph(design: NetworkDesign, { batch, nameOf }: InferenceOptions): InferenceGraph {
  const builder = new GraphBuilder(), shape = [batch, design.resolution, design.resolution, 3];
  const network = new Network({ builder, mode: "inference", parameters: fedParameters(nameOf) });
  const { logits } = design.lower(network, builder.add("input", [], { name: IMAGE, shape }));
  return { graph: builder.build([logits]), shape, parameters: network.parameters };
}

/** How a network and its images are put on a graph to run once. */
type RunForm = Omit<ForwardOptions, "backend" | "seed">;

/** A graph and its feeds: what is drawn is drawn in the graph, the rest is fed. */
function readyGraph(
  design: NetworkDesign,
  { batch, fill, values }: RunForm,
): Required<Pick<RunOptions, "feeds">> & { readonly graph: Graph } {
  const builder = new GraphBuilder(), shape = [batch, design.resolution, design.resolution, 3];
  const isDrawn = fill === "gaussian", areFed = !isDrawn || values !== undefined;
  const network = new Network({
    builder,
    mode: "inference",
    parameters: areFed ? fedParameters() : gaussianParameters(),
  });
  const image = isDrawn
    ? builder.add("gaussian", [], { shape, stream: STREAM.input })
    : builder.add("input", [], { name: IMAGE, shape });
  const graph = builder.build([design.lower(network, image).logits]);
  const fed = values ?? ((parameters) => filledParameters(parameters, fillingRules.trained));
  return {
    graph,
    feeds: { ...(isDrawn ? {} : filledInput(IMAGE, shape)), ...(areFed ? fed(network.parameters) : {}) },
  };
}

/** The logits of each image of a batch, `[batch][classes]`. Throws ShapeError, and what `values` throws. */
export async function forward(design: NetworkDesign, options: ForwardOptions): Promise<Float32Array[]> {
  const { batch, seed, backend } = options, { classes } = design;
  const { graph, feeds } = readyGraph(design, options);
  using program = backend.compile(graph);
  const [values] = await program.run({ seed, feeds });
  return Array.from({ length: batch }, (_, image) => values!.subarray(image * classes, (image + 1) * classes));
}
