/** The published networks, by name. */
import type { NormalizationName } from "../../images/mod.ts";
import { models } from "../models/mod.ts";
import type { ZooEntry } from "./entry.ts";
import { UnknownNetworkError } from "./names.ts";
import { publishedNetworks } from "./published.ts";

export type { PublishedFigures, ZooEntry } from "./entry.ts";
export { type AskedForm, type NamedNetwork, networkNamed } from "./named.ts";
export { networkNames, UnknownNetworkError, zooNames } from "./names.ts";

/**
 * Looks up one of Zen-NAS's networks by its name. Throws {@link UnknownNetworkError}.
 *
 * @example
 * ```ts
 * import { parseStructure, trueCost, zooEntry } from "@zennas/zennas";
 * const network = zooEntry("zennet_cifar10_model_size1M_res32");
 * if (trueCost(parseStructure(network.structure), network).parameters !== 994_674) throw new Error();
 * ```
 */
export function zooEntry(name: string): ZooEntry {
  const entry = publishedNetworks.get(name);
  if (!entry) throw new UnknownNetworkError(name);
  return entry;
}

/** What is known of any network of the zoo. */
export interface ZooFacts extends Omit<ZooEntry, "checkpoint" | "url" | "squeezeExcite"> {
  /** Where the PyTorch original of a model is, whose parameter names it has. */
  readonly original?: string;
  /** What its images are normalised by; undefined where that depends on the data set that it was trained on. */
  readonly normalization?: NormalizationName;
}

/** What is known of a network of {@link networkNames}. A model's structure is its name. Throws {@link UnknownNetworkError}. */
export function zooFacts(name: string): ZooFacts {
  const model = models.get(name);
  if (!model) return zooEntry(name);
  const { lower: _, resolution, ...facts } = model;
  return { structure: name, resolution, cropResolution: resolution, normalization: "imagenet", ...facts };
}

/** The structure string of a published network's name; any other text as it is. */
export function spelledStructure(text: string): string {
  return publishedNetworks.get(text)?.structure ?? text;
}
