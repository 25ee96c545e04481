/** Which published networks the tensors of a file are the weights of. */
import { GraphBuilder } from "../../graph/graph.ts";
import { Network, type Parameter } from "../../networks/layers.ts";
import { lowerStructure, parseStructure } from "../../networks/masternet/mod.ts";
import { fedParameters } from "../../networks/parameters.ts";
import { zooEntry, zooNames } from "../../networks/zoo/mod.ts";
import { compareParameters, isMatch } from "./parameters.ts";
import type { TensorDescription } from "./stored_tensor.ts";

/** The parameters of a published network, running statistics included. Throws UnknownNetworkError. */
export function publishedParameters(name: string): readonly Parameter[] {
  const entry = zooEntry(name), builder = new GraphBuilder();
  const input = builder.add("input", [], { name: "input", shape: [1, entry.resolution, entry.resolution, 3] });
  const network = new Network({ builder, mode: "inference", parameters: fedParameters() });
  lowerStructure(parseStructure(entry.structure), network, { ...entry, input });
  return network.parameters;
}

/** The published networks whose parameters have the names and shapes of these tensors. */
export function fittingNetworks(tensors: ReadonlyMap<string, TensorDescription>): readonly string[] {
  return zooNames.filter((name) => isMatch(compareParameters(tensors, publishedParameters(name))));
}
