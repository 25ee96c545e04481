/**
 * SWAP: how many different things a network's neurons tell about a batch (Peng et al., "SWAP-NAS: sample-wise activation
 * patterns for ultra-fast NAS", ICLR 2024).
 *
 * - `plain`: the number of distinct rows of sign(ReLU outputs)ᵀ, one row a neuron, one column an image.
 * - `regularised`: times exp(−(P − μ)²/σ), P the network's parameters, with μ and σ given for the size that is wanted
 *   (`favouredSize`), in millions as in the source, whose searches take μ = σ = 0.9, 1.2 or 1.5.
 *
 * Cost: one forward pass of up to 16 images, whose activations come to the host. Input: one batch of images, of which the
 * first 16 are used, as in the source. Higher is better. It does not change with the scale of weights behind batch
 * normalisation, and is at most 2^images.
 */
import type { Backend } from "../../graph/backend.ts";
import type { NetworkDesign } from "../design.ts";
import type { FavouredSize, Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** Images that the source uses. */
const MOST_IMAGES = 16;

/** The size that `regularised` favours unless told. */
const FAVOURED_SIZE: FavouredSize = { mean: 1, spread: 1 };

/** Marks the patterns that a layer's neurons have, `activations` being `[images, neurons]`. */
function markPatterns(activations: Float32Array, { seen, images }: { seen: Uint8Array; images: number }): void {
  const neurons = activations.length / images;
  for (let neuron = 0; neuron < neurons; neuron++) {
    let pattern = 0;
    for (let image = 0; image < images; image++) {
      if (activations[image * neurons + neuron]! > 0) pattern |= 1 << image;
    }
    seen[pattern] = 1;
  }
}

/** exp(−(P − μ)²/σ) for a network's parameters. */
function sizeFactor(parameters: number, { mean, spread }: FavouredSize): number {
  return Math.exp(-((parameters / 1e6 - mean) ** 2) / spread);
}

async function swapScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const images = Math.min(settings.batch, MOST_IMAGES);
  const graph = new ProxyGraph(design, { ...settings, batch: images });
  const { network } = graph.forward(graph.images());
  const seen = new Uint8Array(2 ** images);
  for (const activations of await graph.run(network.relus, backend)) markPatterns(activations, { seen, images });
  const patterns = seen.reduce((sum, mark) => sum + mark, 0);
  const { variant, favouredSize = FAVOURED_SIZE } = settings;
  const factor = variant === "regularised" ? sizeFactor(design.cost().parameters, favouredSize) : 1;
  return { value: patterns * factor, parts: { patterns } };
}

/** SWAP. Variants `plain` and `regularised`. */
export const swap: Proxy = {
  name: "swap",
  summary: "distinct patterns of neurons over a batch (SWAP-NAS, ICLR 2024)",
  variants: ["plain", "regularised"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: swapScore,
};
