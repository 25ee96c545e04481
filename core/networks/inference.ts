/** Runs a network in inference mode on one batch and returns its logits. */
import type { Backend } from "../graph/backend.ts";
import { GraphBuilder } from "../graph/graph.ts";
import type { NetworkDesign } from "./design.ts";
import { Network } from "./layers.ts";
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
  /** Seed of gaussian draws. */
  readonly seed: number;
  /** Where to run it. */
  readonly backend: Backend;
}

/** The logits of each image of a batch, `[batch][classes]`. */
export async function forward(design: NetworkDesign, options: ForwardOptions): Promise<Float32Array[]> {
  const { batch, fill, seed, backend } = options, { resolution, classes } = design;
  const builder = new GraphBuilder();
  const shape = [batch, resolution, resolution, 3];
  const filled = fill === "reference";
  const input = filled
    ? builder.add("input", [], { name: IMAGE, shape })
    : builder.add("gaussian", [], { shape, stream: STREAM.input });
  const network = new Network({
    builder,
    mode: "inference",
    parameters: filled ? fedParameters() : gaussianParameters(),
  });
  const { logits } = design.lower(network, input);
  const feeds = filled
    ? { ...filledInput(IMAGE, shape), ...filledParameters(network.parameters, fillingRules.trained) }
    : {};
  using program = backend.compile(builder.build([logits]));
  const [values] = await program.run({ seed, feeds });
  return Array.from(
    { length: batch },
    (_, image) => values!.subarray(image * classes, (image + 1) * classes),
  );
}
