/** The networks that are scored: the zoo's for CIFAR. */
import type { Graph } from "../core/graph.ts";
import { nodeMacs } from "../core/graph.ts";
import { parseStructure } from "../core/masternet/mod.ts";
import { structureDesign, zenGraph } from "../core/proxies/mod.ts";
import { zooEntry, zooNames } from "../core/zoo/mod.ts";

/** A network by its published name. */
export interface Subject {
  readonly name: string;
  readonly structure: string;
}

/** What the published searches score with. */
export const BATCH = 64;
/** Rows and columns of a CIFAR image. */
export const RESOLUTION = 32;

/** The zoo's CIFAR-10 networks. */
export function cifarSubjects(): Subject[] {
  return zooNames.filter((name) => name.startsWith("zennet_cifar10_")).map((name) => ({
    name,
    structure: zooEntry(name).structure,
  }));
}

/** The graph of a Zen-score, built from the string as a search does. */
export function scoreGraph(structure: string): Graph {
  const form = { resolution: RESOLUTION, classes: 10, residualLinks: false };
  const settings = {
    batch: BATCH,
    gamma: 0.01,
    variant: "reference",
    seed: 1,
    draw: 0,
    fill: "gaussian",
    weights: "unit",
    labels: "random",
  } as const;
  return zenGraph(structureDesign(parseStructure(structure), form), settings);
}

/** Multiply-adds of a graph. */
export function graphMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(graph, node), 0);
}
