/** The convolutions that a network's depth is made of, for proxies that only look at widths. */
import { definitionOf, type Graph, type Node } from "../../graph/graph.ts";
import { type NetworkDesign, outlineOf } from "../design.ts";

/** A convolution on the way from a network's input to its features. */
export interface PathLayer {
  /** Channels that come out. */
  readonly channels: number;
  /** Inputs that one output sums over: channels a group × kernel². */
  readonly fanIn: number;
  /** Rows of the output. */
  readonly height: number;
  /** Columns of the output. */
  readonly width: number;
}

/** A way through the graph, from its end. */
interface Path {
  readonly layer: PathLayer;
  readonly before: Path | undefined;
  readonly length: number;
}

function layerOf({ nodes }: Graph, { inputs, shape }: Node): PathLayer {
  const [, height, width, channels] = shape as readonly [number, number, number, number];
  const [, rows, columns, inner] = nodes[inputs[1]!]!.shape as readonly [number, number, number, number];
  return { channels, fanIn: rows * columns * inner, height, width };
}

/** What leads into a node: of branches that meet, the one with the most convolutions; a gate is no branch. */
function pathInto(node: Node, paths: readonly (Path | undefined)[]): Path | undefined {
  const meet = definitionOf(node).degrees?.length === 0, branches = meet ? node.inputs : node.inputs.slice(0, 1);
  return branches.map((id) => paths[id]).reduce<Path | undefined>(
    (longest, path) => (path?.length ?? 0) > (longest?.length ?? 0) ? path : longest,
    undefined,
  );
}

function featureGraph(design: NetworkDesign): Graph {
  const { network, features } = outlineOf(design);
  return network.builder.build([features]);
}

/**
 * The convolutions, in order, on the deepest path to the features: where branches meet, it takes the one with the most
 * convolutions. It leaves out shortcuts and their projections, and the branches of squeeze-and-excitation.
 */
export function mainPath(design: NetworkDesign): readonly PathLayer[] {
  const graph = featureGraph(design), paths: (Path | undefined)[] = [];
  for (const node of graph.nodes) {
    const before = pathInto(node, paths);
    const own = node.op === "conv2d";
    paths.push(own ? { layer: layerOf(graph, node), before, length: (before?.length ?? 0) + 1 } : before);
  }
  const layers: PathLayer[] = [];
  for (let path = paths[graph.outputs[0]!]; path; path = path.before) layers.unshift(path.layer);
  return layers;
}

/** Layers of one resolution that follow each other. */
export type Stage = readonly [PathLayer, ...PathLayer[]];

/** The stages of a path: a new one begins where the resolution changes. */
export function stagesOf(layers: readonly PathLayer[]): readonly Stage[] {
  const stages: [PathLayer, ...PathLayer[]][] = [];
  for (const layer of layers) {
    const stage = stages.at(-1);
    if (stage && stage[0].height === layer.height && stage[0].width === layer.width) stage.push(layer);
    else stages.push([layer]);
  }
  return stages;
}

/** A weight for each of `count` stages: the published ones, aligned at the last stage; earlier stages have the first. */
export function stageWeights(count: number, published: readonly number[]): readonly number[] {
  return Array.from({ length: count }, (_, stage) => published[Math.max(0, published.length - count + stage)]!);
}
