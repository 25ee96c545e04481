/** How evenly a network's blocks hand gradients back: AZ-NAS's third part (Lee and Ham, CVPR 2024). */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import { symmetricEigenvalues } from "../../numeric/matrix.ts";
import { STREAM } from "../../networks/parameters.ts";
import { elementCount, nhwc, type Shape } from "../../graph/shape.ts";
import type { NetworkDesign } from "../design.ts";
import type { ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** Keeps the reciprocal of a singular value finite. */
const K = 1e-6;

/** −1 or 1 for each element, the same on every run of a seed. */
function rademacher(builder: GraphBuilder, shape: Shape, probe: number): NodeId {
  return builder.add("sign", [builder.add("gaussian", [], { shape, stream: STREAM.probes + probe })], {});
}

/**
 * E[g_in·g_outᵀ] over images and positions, `[o, window·i]`, where each output position stands beside the window of input
 * positions that it was made from: the sum is a convolution's gradient by its weight.
 */
function gradientProduct(builder: GraphBuilder, inner: NodeId, outer: NodeId): NodeId {
  const [, h] = nhwc(builder.shape(inner), "a block's input"),
    [n, oh, ow, o] = nhwc(builder.shape(outer), "its output");
  const stride = Math.ceil(h / oh), kernel = h - (oh - 1) * stride, attributes = { stride, padding: 0, groups: 1 };
  const sums = builder.add("conv2d_weight", [inner, outer], { ...attributes, kernel: [kernel, kernel] });
  const rows = builder.add("reshape", [sums], { shape: [o, elementCount(builder.shape(sums)) / o] });
  return builder.add("affine", [rows], { scale: 1 / (n * oh * ow), shift: 0 });
}

/** The products of a matrix's rows, or of its columns where those are fewer. */
function smallerGram(builder: GraphBuilder, matrix: NodeId): NodeId {
  const [rows, columns] = builder.shape(matrix) as readonly [number, number];
  const few = rows <= columns ? matrix : builder.add("transpose", [matrix], {});
  return builder.add("linear", [few, few], {});
}

/** The largest singular value of a matrix, from the products of its rows. */
function largestSingularValue(gram: Float32Array): number {
  const eigenvalues = symmetricEigenvalues({ size: Math.sqrt(gram.length), values: Float64Array.from(gram) });
  return Math.sqrt(Math.max(0, eigenvalues.at(-1)!));
}

/**
 * mean_l(2 − σ_l − 1/σ_l), at most 0: σ_l the largest singular value of E[g_in·g_outᵀ], with g_out of −1 or 1 at random
 * behind block l and g_in what the block hands back of it. 0 for a network of a single block.
 */
export async function trainability(
  design: NetworkDesign,
  settings: ScoringSettings,
  backend?: Backend,
): Promise<number> {
  const graph = new ProxyGraph(design, settings), { builder } = graph, { blocks } = graph.forward(graph.images());
  const grams = blocks.slice(1).map((of, index) => {
    const weights = rademacher(builder, builder.shape(of), index);
    const [inner] = gradients(builder, { of, withRespectTo: [blocks[index]!], weights });
    return smallerGram(builder, gradientProduct(builder, inner!, weights));
  });
  if (grams.length === 0) return 0;
  const values = (await graph.run(grams, backend)).map(largestSingularValue);
  return values.reduce((sum, value) => sum + 2 - value - 1 / (value + K), 0) / values.length;
}
