/**
 * NAS-Bench-201's networks (Dong and Yang, ICLR 2020): a 3×3 convolution, three stages of five equal cells with 16, 32
 * and 64 channels, a residual block with stride 2 between stages, batch norm, ReLU, pooling and a linear layer.
 */
import type { NodeId } from "../graph/graph.ts";
import type { LoweredStructure } from "../networks/masternet/mod.ts";
import type { ConvolutionOptions, Network } from "../networks/layers.ts";
import type { NetworkDesign } from "../scoring/design.ts";
import type { Benchmark } from "./benchmark.ts";
import { type Cell, cellClass, type CellEdge, type CellOperation, parseCell } from "./nasbench201_cell.ts";

const CHANNELS = [16, 32, 64] as const;
const CELLS_PER_STAGE = 5;
const NORM = { epsilon: 1e-5 } as const;

/** What a benchmark's networks need to be built, beside their text. */
export interface BenchmarkForm {
  /** Outputs of the classifier. */
  readonly classes: number;
  /** Rows and columns of the input image. */
  readonly resolution: number;
}

/** A layer's input and the name of its parameters. */
interface LayerSite {
  readonly x: NodeId;
  readonly name: string;
}

/** Adds ReLU, convolution and batch norm; `name.op.1` and `name.op.2` in the benchmark's checkpoints. */
function reluConvNorm(network: Network, { x, name }: LayerSite, convolution: ConvolutionOptions): NodeId {
  const y = network.convolution(network.relu(x), `${name}.op.1`, convolution);
  return network.batchNorm(y, `${name}.op.2`, NORM);
}

function edgeOutput(network: Network, { x, name }: LayerSite, operation: Exclude<CellOperation, "none">): NodeId {
  const channels = network.builder.shape(x).at(-1)!;
  switch (operation) {
    case "skip_connect":
      return x;
    case "avg_pool_3x3":
      return network.builder.add("average_pool", [x], { kernel: 3, stride: 1, padding: 1 });
    case "nor_conv_1x1":
      return reluConvNorm(network, { x, name }, { channels, kernel: 1 });
    case "nor_conv_3x3":
      return reluConvNorm(network, { x, name }, { channels, kernel: 3 });
  }
}

/**
 * Adds a cell to the network. Edges that carry no value are left out; a cell whose output no path reaches gives zeros.
 */
function lowerCell(network: Network, cell: Cell, { x, name }: LayerSite): NodeId {
  const nodes: (NodeId | undefined)[] = [x], { builder } = network;
  let layer = 0;
  const edge = ({ from, operation }: CellEdge): NodeId | undefined => {
    const index = layer++, source = nodes[from];
    if (operation === "none" || source === undefined) return undefined;
    return edgeOutput(network, { x: source, name: `${name}.layers.${index}` }, operation);
  };
  for (const edges of cell) {
    const arriving = edges.map(edge).filter((node) => node !== undefined);
    nodes.push(arriving.length > 0 ? arriving.reduce((sum, node) => builder.add("add", [sum, node], {})) : undefined);
  }
  return nodes.at(-1) ?? builder.add("affine", [x], { scale: 0, shift: 0 });
}

/**
 * The block between stages: two times ReLU, convolution and norm, the first with stride 2, and a shortcut of pooling
 * and a 1×1 convolution.
 */
function lowerReduction(network: Network, { x, name }: LayerSite, channels: number): NodeId {
  const a = reluConvNorm(network, { x, name: `${name}.conv_a` }, { channels, kernel: 3, stride: 2 });
  const b = reluConvNorm(network, { x: a, name: `${name}.conv_b` }, { channels, kernel: 3 });
  const pooled = network.builder.add("average_pool", [x], { kernel: 2, stride: 2, padding: 0 });
  const shortcut = network.convolution(pooled, `${name}.downsample.1`, { channels, kernel: 1 });
  return network.builder.add("add", [shortcut, b], {});
}

function lowerNetwork(
  network: Network,
  cell: Cell,
  { input, classes }: { input: NodeId; classes: number },
): LoweredStructure {
  const { builder } = network;
  const stem = network.convolution(input, "stem.0", { channels: CHANNELS[0], kernel: 3 });
  const blocks = [network.batchNorm(stem, "stem.1", NORM)];
  let place = 0;
  const add = (lower: (site: LayerSite) => NodeId): unknown =>
    blocks.push(lower({ x: blocks.at(-1)!, name: `cells.${place++}` }));
  CHANNELS.forEach((channels, stage) => {
    if (stage > 0) add((site) => lowerReduction(network, site, channels));
    for (let count = 0; count < CELLS_PER_STAGE; count++) add((site) => lowerCell(network, cell, site));
  });
  const features = network.relu(network.batchNorm(blocks.at(-1)!, "lastact.0", NORM));
  const pooled = builder.add("flatten", [builder.add("adaptive_average_pool", [features], { size: 1 })], {});
  return { blocks, features, logits: network.linear(pooled, "classifier", { outputs: classes, bias: true }) };
}

const kernels: Readonly<Record<CellOperation, number>> = {
  none: 0,
  skip_connect: 0,
  avg_pool_3x3: 0,
  nor_conv_1x1: 1,
  nor_conv_3x3: 3,
};

/** The weights of a cell's convolutions, as a multiple of its channels squared, and the number of convolutions. */
function cellWeights(cell: Cell): { readonly weights: number; readonly convolutions: number } {
  const sizes = cell.flat().map(({ operation }) => kernels[operation]).filter((kernel) => kernel > 0);
  return { weights: sizes.reduce((sum, kernel) => sum + kernel ** 2, 0), convolutions: sizes.length };
}

/** Counts as the benchmark does: every operation of a cell, even one that no value reaches. */
function cellCost(cell: Cell, { classes, resolution }: BenchmarkForm): ReturnType<NetworkDesign["cost"]> {
  const { weights, convolutions } = cellWeights(cell), [first, , last] = CHANNELS;
  let parameters = 27 * first + 2 * first + 2 * last + last * classes + classes;
  let macs = 27 * first * resolution ** 2 + last * classes, layers = 2;
  CHANNELS.forEach((c, stage) => {
    const area = (resolution >> stage) ** 2, before = CHANNELS[stage - 1];
    const reduction = before === undefined ? 0 : 9 * before * c + 9 * c * c + before * c;
    parameters += CELLS_PER_STAGE * (weights * c * c + convolutions * 2 * c) + reduction + (reduction && 4 * c);
    macs += (CELLS_PER_STAGE * weights * c * c + reduction) * area;
    layers += CELLS_PER_STAGE * convolutions + (reduction && 2);
  });
  return { parameters, macs, layers };
}

/**
 * NAS-Bench-201 for the images and classes of a data set.
 *
 * @example
 * ```ts
 * import { nasBench201 } from "@zennas/zennas";
 * const conv = "nor_conv_3x3", text = `|${conv}~0|+|${conv}~0|${conv}~1|+|${conv}~0|${conv}~1|${conv}~2|`;
 * const { parameters, macs } = nasBench201({ classes: 10, resolution: 32 }).design(text).cost();
 * if (parameters !== 1_531_546 || Math.round(macs / 1e4) !== 22_012) throw new Error(`${parameters} ${macs}`);
 * ```
 */
export function nasBench201(form: BenchmarkForm): Benchmark {
  return {
    name: "nasbench201",
    classOf: (text) => cellClass(parseCell(text)),
    design(text): NetworkDesign {
      const cell = parseCell(text), { classes } = form;
      return {
        text,
        ...form,
        lower: (network, input) => lowerNetwork(network, cell, { input, classes }),
        lowerCell: (network, input) => lowerCell(network, cell, { x: input, name: "cells.0" }),
        cost: () => cellCost(cell, form),
      };
    },
  };
}
