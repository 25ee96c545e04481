/** Graphs of single kernels, to measure them alone. */
import { type Graph, GraphBuilder, type NodeId } from "../graph/graph.ts";
import type { OpName } from "../graph/ops.ts";
import type { Shape } from "../graph/shape.ts";
import type { Kernel } from "./kernel.ts";

/** Activations that take no attributes, which kernels name. */
const activations = [
  "relu",
  "relu6",
  "sigmoid",
  "hard_sigmoid",
  "swish",
  "hard_swish",
] as const satisfies readonly OpName[];

/** A kernel as a graph of its own. */
export interface KernelGraph {
  /** Its inputs are activations and weights. */
  readonly graph: Graph;
  /** The shapes of its inputs by name. */
  readonly inputs: Readonly<Record<string, Shape>>;
}

const activation = (name: string) => activations.find((known) => known === name);

class KernelBuilder {
  readonly #builder = new GraphBuilder();
  readonly #inputs: Record<string, Shape> = {};
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  build(): KernelGraph | undefined {
    const product = this.#product();
    if (product === undefined) return undefined;
    const added = this.#added(product), { activation: name, kind } = this.#kernel;
    const fused = activation(kind === "elementwise" && this.#kernel.addends === 0 && name === "none" ? "relu" : name);
    if (name !== "none" && fused === undefined) return undefined;
    const output = fused === undefined ? added : this.#builder.add(fused, [added], {});
    return { graph: this.#builder.build([output]), inputs: this.#inputs };
  }

  #input(name: string, shape: Shape): NodeId {
    this.#inputs[name] = shape;
    return this.#builder.add("input", [], { name, shape });
  }

  #image(): NodeId {
    const { batch, size, inputs } = this.#kernel;
    return this.#input("x", [batch, size, size, inputs]);
  }

  #product(): NodeId | undefined {
    const { kind, batch, inputs, outputs, window, stride, groups, outputSize } = this.#kernel;
    const padding = (window - 1) >> 1;
    switch (kind) {
      case "convolution":
      case "depthwise": {
        const weight = this.#input("w", [outputs, window, window, inputs / groups]);
        return this.#builder.add("conv2d", [this.#image(), weight], { stride, padding, groups });
      }
      case "linear":
        return this.#builder.add("linear", [
          this.#input("x", [batch, inputs]),
          this.#input("w", [outputs, inputs]),
        ], {});
      case "pooling":
        return this.#builder.add("max_pool", [this.#image()], { kernel: window, stride, padding });
      case "global_pooling":
        return this.#builder.add("adaptive_average_pool", [this.#image()], { size: outputSize });
      case "elementwise":
        return this.#image();
      case "layout":
        return undefined;
    }
  }

  #added(node: NodeId): NodeId {
    let sum = node;
    for (let index = 0; index < this.#kernel.addends; index++) {
      sum = this.#builder.add("add", [sum, this.#input(`a${index}`, this.#builder.shape(node))], {});
    }
    return sum;
  }
}

/**
 * A kernel as a graph: what it computes, with what is fused into it. Undefined for kernels that only move values, and for
 * activations that no backend fuses, which take their time from the model of others.
 *
 * @example
 * ```ts
 * import { kernelGraph, kernelOf } from "@zennas/zennas";
 * const kernel = kernelOf({ kind: "convolution", size: 8, inputs: 4, outputs: 8, window: 3, addends: 1 });
 * if (Object.keys(kernelGraph(kernel)!.inputs).join() !== "w,x,a0") throw new Error();
 * ```
 */
export function kernelGraph(kernel: Kernel): KernelGraph | undefined {
  return new KernelBuilder(kernel).build();
}
