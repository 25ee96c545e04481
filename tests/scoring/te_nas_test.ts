import assert from "node:assert/strict";
import {
  evaluate,
  gaussianParameters,
  gradients,
  GraphBuilder,
  nasBench201,
  Network,
  type NetworkDesign,
  type NodeId,
  openBackend,
  type ScoringSettings,
  symmetricEigenvalues,
  teNas,
} from "@zennas/zennas";
import { drawn, small } from "./settings.ts";

/** The means and variances that a network's normalisations take, where they are to be held. */
function statistics(builder: GraphBuilder, last: NodeId): NodeId[] {
  return Array.from({ length: last + 1 }, (_, id) => builder.node(id))
    .flatMap((node) => node.op === "normalize" ? [node.inputs[1]!, node.inputs[2]!] : []);
}

/** The kernel by its definition in float64: a backward pass an image, and products of whole gradients. */
function kernelByDefinition(design: NetworkDesign, { batch, seed, draw, variant }: ScoringSettings) {
  const builder = new GraphBuilder(), size = design.resolution;
  const network = new Network({ builder, mode: "train", parameters: gaussianParameters() });
  const input = builder.add("gaussian", [], { shape: [batch, size, size, 3], stream: 0 });
  const { logits } = design.lower(network, input);
  const weights = network.parameterNodes.filter((_, index) => network.parameters[index]!.role.endsWith("_weight"));
  const constants = variant === "fixed_statistics" ? statistics(builder, logits) : [];
  const rows = Array.from({ length: batch }, (_, image) => {
    const selected = Array.from(
      { length: batch * design.classes },
      (_, at) => Number(Math.floor(at / design.classes) === image),
    );
    const one = builder.add("constant", [], { shape: builder.shape(logits), values: selected });
    return gradients(builder, { of: logits, withRespectTo: weights, weights: one, constants });
  });
  const values = evaluate(builder.build(rows.flat()), { seed, draw });
  const flat = rows.map((_, image) =>
    values.slice(image * weights.length, (image + 1) * weights.length).flatMap((tensor) => [...tensor])
  );
  const products = flat.flatMap((x) => flat.map((y) => x.reduce((sum, value, at) => sum + value * y[at]!, 0)));
  return symmetricEigenvalues({ size: batch, values: Float64Array.from(products) });
}

const cell = "|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|";
const designs = [
  small("SuperConvK3BNRELU(3,4,1,1)SuperResIDWE2K3(4,8,2,8,1)", { residualLinks: true, squeezeExcite: true }),
  small("SuperConvK3BNRELU(3,4,1,1)SuperResK3K3(4,8,2,8,1)SuperConvK1BNRELU(8,12,1,1)"),
  nasBench201({ classes: 5, resolution: 8 }).design(cell),
];

for (const variant of teNas.variants) {
  for (const design of designs) {
    Deno.test(`the ${variant} tangent kernel of ${design.text} has its definition's eigenvalues`, async () => {
      await using backend = await openBackend("cpu", { workers: 1 });
      const settings = drawn(teNas, { variant });
      const { parts } = await teNas.score(design, settings, backend);
      const expected = kernelByDefinition(design, settings), largest = expected.at(-1)!, smallest = expected[0]!;
      assert.ok(Math.abs(parts!.largest! / largest - 1) < 1e-4, `${parts!.largest} beside ${largest}`);
      assert.ok(Math.abs(parts!.smallest! - smallest) < 1e-4 * largest, `${parts!.smallest} beside ${smallest}`);
    });
  }
}
