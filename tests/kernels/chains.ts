/** Layers with what may be fused behind them. */
import { GraphBuilder, type NodeId, Random, type Shape } from "../../core/mod.ts";
import { elementCount } from "../../core/graph/shape.ts";
import { normals } from "./cases.ts";
import type { Fed } from "./layers.ts";

/** What follows a layer. */
export interface Chain {
  readonly layer: "convolution" | "depthwise" | "linear";
  readonly channels: number;
  readonly bias: boolean;
  readonly norm: boolean;
  readonly addend: "none" | "tensor" | "input" | "view";
  readonly addendFirst: boolean;
  readonly activation: "relu" | "relu6" | "swish" | "hard_swish" | "sigmoid" | undefined;
  readonly statistics: boolean;
}

/** Chains of every kind, drawn from a fixed sequence. */
export const randomChain = (index: number): Chain => {
  const random = new Random(5, index);
  return {
    layer: random.pick(["convolution", "convolution", "depthwise", "linear"]),
    channels: random.pick([1, 4, 7, 16, 20, 66]),
    bias: random.below(2) === 0,
    norm: random.below(2) === 0,
    addend: random.pick(["none", "tensor", "input", "view"]),
    addendFirst: random.below(2) === 0,
    activation: random.pick(["relu", "relu6", "swish", "hard_swish", "sigmoid", undefined]),
    statistics: random.below(2) === 0,
  };
};

/** A layer and what follows it; `whole` asks for the tensors between as well, so that each is written. */
export function chainGraph(chain: Chain, { whole }: { readonly whole: boolean }): Fed {
  const { layer, channels: c, bias, norm, addend, addendFirst, activation, statistics } = chain;
  const builder = new GraphBuilder(), feeds: Record<string, Float32Array> = {}, between: NodeId[] = [];
  const input = (name: string, shape: Shape, change: (value: number) => number = (value) => value): NodeId => {
    feeds[name] = normals(shape, Object.keys(feeds).length).map(change);
    return builder.add("input", [], { name, shape });
  };
  const normalized = (x: NodeId, name: string): NodeId => {
    const vectors = ["mean", "variance", "weight", "bias"].map((vector) =>
      input(`${name}.${vector}`, [c], vector === "variance" ? (value) => Math.abs(value) + 0.1 : undefined)
    );
    return builder.add("normalize", [x, ...vectors], { epsilon: 1e-3 });
  };
  const shape = layer === "linear" ? [9, c] : [3, 7, 9, c],
    x = input("x", shape),
    groups = layer === "depthwise" ? c : 1;
  // Sums of order one, whatever the number of products, so that sigmoids have a slope.
  const weightShape = layer === "linear" ? [c, c] : [c, 3, 3, c / groups];
  const weight = input("kernel", weightShape, (value) => value / Math.sqrt(elementCount(weightShape) / c));
  const inputs = [x, weight, ...(bias ? [input("bias", [c])] : [])];
  const other = addend === "none"
    ? undefined
    : addend === "input"
    ? x
    : addend === "tensor"
    ? input("addend", shape)
    : builder.add("relu", [normalized(input("addend", shape), "before")], {});
  let y = layer === "linear"
    ? builder.add("linear", inputs, {})
    : builder.add("conv2d", inputs, { stride: 1, padding: 1, groups });
  const behind = (next: NodeId): void => {
    between.push(y);
    y = next;
  };
  if (norm) behind(normalized(y, "norm"));
  if (other !== undefined) behind(builder.add("add", addendFirst ? [other, y] : [y, other], {}));
  if (activation) behind(builder.add(activation, [y], {}));
  const ends = [
    y,
    ...(statistics ? [builder.add("channel_mean", [y], {}), builder.add("channel_variance", [y], {})] : []),
  ];
  return { graph: builder.build([...ends, ...(whole ? between : [])]), run: { feeds } };
}
