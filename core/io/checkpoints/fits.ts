/** Which published networks the tensors of a file are the weights of. */
import { inferenceGraph } from "../../networks/inference.ts";
import type { Parameter } from "../../networks/layers.ts";
import { networkNamed, networkNames } from "../../networks/zoo/mod.ts";
import { compareParameters, isMatch } from "./parameters.ts";
import type { TensorDescription } from "./stored_tensor.ts";

/** The parameters of a network of the zoo, running statistics included. Throws UnknownNetworkError. */
export function publishedParameters(name: string): readonly Parameter[] {
  return inferenceGraph(networkNamed(name).design(), { batch: 1 }).parameters;
}

/** The networks of the zoo whose parameters have the names and shapes of these tensors. */
export function fittingNetworks(tensors: ReadonlyMap<string, TensorDescription>): readonly string[] {
  return networkNames.filter((name) => isMatch(compareParameters(tensors, publishedParameters(name))));
}
