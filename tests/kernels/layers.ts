/** Layers with what surrounds them, for backends that fuse. */
import { type Graph, GraphBuilder, type NodeId, Random, type RunOptions, type Shape } from "../../core/mod.ts";
import { normals } from "./cases.ts";

/** Extents of a layer. */
export interface Layer {
  readonly x: Shape;
  readonly o: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly activation: "relu" | "relu6" | "swish" | "hard_swish" | "sigmoid" | undefined;
}

/** A graph with what it is run on. */
export interface Fed {
  readonly graph: Graph;
  readonly run: RunOptions;
}

/** x → batch norm → activation → convolution → statistics; `whole` asks for the tensors between as well. */
export function layerGraph(layer: Layer, { whole }: { readonly whole: boolean }): Fed {
  const { x: shape, o, kernel, stride, padding, groups, activation } = layer;
  const builder = new GraphBuilder(), feeds: Record<string, Float32Array> = {};
  const input = (name: string, shape: Shape, change: (value: number) => number = (value) => value): NodeId => {
    feeds[name] = normals(shape, Object.keys(feeds).length).map(change);
    return builder.add("input", [], { name, shape });
  };
  const c = shape[3]!, x = input("x", shape, (value) => 3 * value + 1);
  const mean = builder.add("channel_mean", [x], {}), variance = builder.add("channel_variance", [x], {});
  const norm = builder.add("normalize", [x, mean, variance, input("weight", [c]), input("bias", [c])], {
    epsilon: 1e-3,
  });
  const active = activation ? builder.add(activation, [norm], {}) : norm;
  const y = builder.add("conv2d", [active, input("kernel", [o, kernel, kernel, c / groups])], {
    stride,
    padding,
    groups,
  });
  const ends = [y, builder.add("channel_mean", [y], {}), builder.add("channel_variance", [y], {})];
  return { graph: builder.build([...ends, ...(whole ? [norm, active] : [])]), run: { feeds } };
}

/** Layers of every kind, drawn from a fixed sequence. */
export function randomLayer(index: number): Layer {
  const random = new Random(3, index);
  const groups = random.pick([1, 1, 1, 2, 3, 8]), depthwise = groups === 8 && random.below(2) === 0;
  const c = depthwise ? 8 : groups * random.pick([1, 3, 5, 8, 13]);
  const o = depthwise ? 8 : groups * random.pick([1, 4, 7, 8, 17]);
  const kernel = random.pick([1, 2, 3, 5, 7]);
  const extent = (): number => kernel + random.below(12);
  return {
    x: [1 + random.below(5), extent(), extent(), c],
    o,
    kernel,
    stride: 1 + random.below(3),
    padding: random.below(kernel + 1),
    groups,
    activation: random.pick(["relu", "relu6", "swish", "hard_swish", "sigmoid", undefined] as const),
  };
}

/** A convolution by the identity plus a bias: its output's statistics are its input's, far from zero. */
export function farFromZero(offset: number, direct: boolean): Fed {
  const builder = new GraphBuilder(), shape = [16, 12, 11, 5];
  const x = builder.add("input", [], { name: "x", shape });
  const values = Array.from({ length: 25 }, (_, index) => index % 6 === 0 ? 1 : 0);
  const weight = builder.add("constant", [], { shape: [5, 1, 1, 5], values });
  const y = direct ? x : builder.add("conv2d", [x, weight], { stride: 1, padding: 0, groups: 1 });
  const graph = builder.build([builder.add("channel_mean", [y], {}), builder.add("channel_variance", [y], {})]);
  return { graph, run: { feeds: { x: normals(shape, 1).map((value) => value + offset) } } };
}
