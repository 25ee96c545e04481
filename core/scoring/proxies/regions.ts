/**
 * Linear regions: into how many pieces a network's ReLUs cut its input, counted as the distinct patterns of on and off over
 * all neurons behind ReLUs, one pattern an image (Chen et al., "TE-NAS", ICLR 2021).
 *
 * - `thin` (TE-NAS's code): 3,000 images of 3 × 3 pixels go through the network with one channel everywhere; a network of
 *   equal cells is its cell alone, behind images of one channel. With so few neurons (some tens) patterns repeat, so that
 *   the count differs between networks. The source takes three batches of 1,000; here one normalisation sees all of them.
 * - `batch` (Zen-NAS's code): the whole network on the score's own batch. Its thousands of neurons tell any two images
 *   apart, so this is the batch's size for any but the narrowest networks.
 *
 * Cost: one forward pass of 27,000 pixels through one channel, or that of NASWOT. Input: random images. Higher is better,
 * at most the number of images. It does not change with the scale of weights behind batch normalisation.
 */
import type { Backend } from "../../graph/backend.ts";
import { type Agreements, agreementsOf } from "./activation_patterns.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** What TE-NAS's code sends through a thin network. */
const THIN = { count: 3000, size: 3 } as const;

/** How many images have no earlier image that agrees with them in every neuron. */
function distinctAgreements({ size, values, neurons }: Agreements): number {
  let distinct = 0;
  for (let image = 0; image < size; image++) {
    if (!values.subarray(image * size, image * size + image).includes(neurons)) distinct++;
  }
  return distinct;
}

/** On and off of an image's neurons, given the layers' outputs `[images, neurons]`. */
function pattern(layers: readonly Float32Array[], image: number, images: number): string {
  return layers.map((values) => {
    const neurons = values.length / images;
    return values.subarray(image * neurons, (image + 1) * neurons).map((value) => Number(value > 0)).join("");
  }).join("");
}

/** The number of linear regions that images fall into, of the thin network. */
export async function thinRegions(
  design: NetworkDesign,
  settings: ScoringSettings,
  backend?: Backend,
): Promise<number> {
  const graph = new ProxyGraph(design, settings), network = graph.network({ thin: true });
  if (design.lowerCell) design.lowerCell(network, graph.images({ ...THIN, channels: 1 }));
  else design.lower(network, graph.images(THIN));
  const layers = network.relus.length > 0 ? await graph.run(network.relus, backend) : [];
  return new Set(Array.from({ length: THIN.count }, (_, image) => pattern(layers, image, THIN.count))).size;
}

async function regionsScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  if (settings.variant === "thin") return { value: await thinRegions(design, settings, backend) };
  return { value: distinctAgreements(await agreementsOf(design, settings, backend)) };
}

/** Linear regions. Variants `thin` and `batch`. */
export const regions: Proxy = {
  name: "regions",
  summary: "linear regions that images fall into (TE-NAS, ICLR 2021)",
  variants: ["thin", "batch"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: regionsScore,
};
