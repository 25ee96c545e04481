/**
 * Jacobian covariance: how differently a network's outputs react to each image (Mellor et al., "Neural architecture search
 * without training", first version, 2020).
 *
 * J_n = ∂(Σ of all logits of the batch)/∂x_n, one row an image; λ the eigenvalues of the rows' correlation matrix;
 * `score = −Σ[ln(λ + k) + 1/(λ + k)]`, k = 1e-5.
 *
 * Cost: one forward and one backward pass, and batch² numbers a pixel on the host. Input: one batch of images. Higher is
 * better. It does not change with the scale of weights behind batch normalisation.
 */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import { correlationOf, covariance, symmetricEigenvalues } from "../../numeric/matrix.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** Keeps the logarithm and the reciprocal of an eigenvalue finite. */
const K = 1e-5;

/** Rows become columns. */
function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return values.map((_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!);
}

async function jacobCovScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), images = graph.images(), { logits } = graph.forward(images);
  const [jacobian] = await graph.run(gradients(graph.builder, { of: logits, withRespectTo: [images] }), backend);
  const samples = { columns: settings.batch, values: transposed(jacobian!, settings.batch) };
  const eigenvalues = symmetricEigenvalues(correlationOf(covariance(samples)));
  return { value: -eigenvalues.reduce((sum, value) => sum + Math.log(value + K) + 1 / (value + K), 0) };
}

/** Jacobian covariance. */
export const jacobCov: Proxy = {
  name: "jacob_cov",
  summary: "how differently outputs react to each image (Mellor et al., 2020)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: jacobCovScore,
};
