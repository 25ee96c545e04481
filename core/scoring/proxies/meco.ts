/**
 * MeCo: how independent the channels of a network are (Jiang et al., "MeCo: zero-shot NAS with one data and single forward
 * pass via minimum eigenvalue of correlation", NeurIPS 2023).
 *
 * `score` = Σ over layers of the smallest eigenvalue of the correlation matrix of channels over pixels. Layers are
 * convolutions and ReLUs: a batch normalisation only shifts and scales channels, so its correlations are those before it.
 * A layer with as many channels as pixels, or with a constant channel, has 0.
 *
 * Cost: one forward pass of one image, and channels³ on the host for each layer. Input: one image. Higher is better. It
 * does not change with the scale of weights, and grows with the number of layers.
 */
import type { Backend } from "../../graph/backend.ts";
import { correlationOf, covariance, type Samples, symmetricEigenvalues } from "../../numeric/matrix.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** The smallest eigenvalue of the correlations between the columns. */
function smallestEigenvalue(samples: Samples): number {
  const { columns, values } = samples;
  // Centred columns over as many rows are dependent.
  if (columns >= values.length / columns) return 0;
  const correlation = correlationOf(covariance(samples));
  for (let column = 0; column < columns; column++) if (correlation.values[column * (columns + 1)] === 0) return 0;
  return Math.max(0, symmetricEigenvalues(correlation)[0]!);
}

async function mecoScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, { ...settings, batch: 1 });
  const { network } = graph.forward(graph.images());
  const convolutions = network.layers.filter(({ kind }) => kind === "convolution").map(({ output }) => output);
  const maps = [...new Set([...convolutions, ...network.relus])];
  const outputs = await graph.run(maps, backend);
  const values = outputs.map((values, index) =>
    smallestEigenvalue({ columns: graph.builder.shape(maps[index]!).at(-1)!, values })
  );
  return { value: values.reduce((sum, value) => sum + value, 0) };
}

/** MeCo. */
export const meco: Proxy = {
  name: "meco",
  summary: "independence of channels on one image (MeCo, NeurIPS 2023)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: mecoScore,
};
