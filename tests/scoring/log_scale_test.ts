import assert from "node:assert/strict";
import { evaluate, gradients, GraphBuilder, type NodeId } from "../../core/mod.ts";
import { LogScale } from "../../core/scoring/proxies/log_scale.ts";
import { normals } from "../kernels/cases.ts";

/** A network of every kind of operation that scales are carried through, of positive numbers. */
function network(
  builder: GraphBuilder,
  image: NodeId,
): { readonly output: NodeId; readonly weights: readonly NodeId[] } {
  const weights: NodeId[] = [];
  const positive = (shape: readonly number[]): NodeId => {
    const values = [...normals(shape, weights.length)].map((value) => 9 * Math.abs(value));
    weights.push(builder.add("constant", [], { shape, values }));
    return weights.at(-1)!;
  };
  const conv = (x: NodeId, channels: number): NodeId => {
    const inputs = [x, positive([channels, 3, 3, builder.shape(x).at(-1)!]), positive([channels])];
    return builder.add("relu", [builder.add("conv2d", inputs, { stride: 1, padding: 1, groups: 1 })], {});
  };
  const first = conv(conv(image, 4), 4), second = conv(first, 4);
  const mean = builder.add("adaptive_average_pool", [second], { size: 1 });
  // A gate: its input must be as it is, and small enough to have a slope.
  const gate = builder.add("sigmoid", [builder.add("affine", [mean], { scale: 1e-6, shift: 0 })], {});
  const gated = builder.add("mul", [builder.add("mul", [second, first], {}), gate], {});
  const joined = builder.add("concat", [
    builder.add("add", [first, gated], {}),
    image,
    builder.add("sqrt", [first], {}),
  ], {});
  const pooled = builder.add("max_pool", [joined], { kernel: 2, stride: 2, padding: 0 });
  const flat = builder.add("flatten", [pooled], {}), width = builder.shape(flat)[1]!;
  return { output: builder.add("linear", [flat, positive([3, width]), positive([3])], {}), weights };
}

Deno.test("a copy with its scale is what it copies, and so is the gradient of its logarithm", () => {
  const builder = new GraphBuilder();
  const image = builder.add("constant", [], { shape: [1, 4, 4, 2], values: [1] });
  const { output, weights } = network(builder, image), scaling = new LogScale(builder);
  const { node, scale } = scaling.copy(output, image);
  const logarithm = (of: NodeId): NodeId => builder.add("log", [builder.add("sum", [of], {})], {});
  const [own, copied] = [logarithm(output), logarithm(node)];
  const expected = [own, ...gradients(builder, { of: own, withRespectTo: weights })];
  const found = [copied, ...gradients(builder, { of: copied, withRespectTo: weights, constants: scaling.constants })];
  const values = evaluate(builder.build([...expected, ...found, scale]));
  const rest = values.at(-1)![0]!;
  assert.ok(rest > 10, `${rest}`);
  values[expected.length]![0]! += rest;
  for (let index = 0; index < expected.length; index++) {
    const [left, right] = [values[index]!, values[expected.length + index]!];
    left.forEach((value, at) =>
      assert.ok(Math.abs(value - right[at]!) <= 1e-9 * Math.abs(value), `${index}: ${value}, ${right[at]}`)
    );
  }
});
