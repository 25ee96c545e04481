/** The published networks, by name. */
import { nearestName } from "../../nearest.ts";
import { models } from "../models/mod.ts";
import type { ZooEntry } from "./entry.ts";
import { publishedNetworks } from "./published.ts";

export type { PublishedFigures, ZooEntry } from "./entry.ts";
export { type AskedForm, type NamedNetwork, networkNamed } from "./named.ts";

/** Thrown where no published network has the name. */
export class UnknownNetworkError extends RangeError {
  /** The name of the error's class. */
  override readonly name = "UnknownNetworkError";
  /** The name that was asked for. */
  readonly network: string;
  /** The most similar published name, if one is similar enough. */
  readonly suggestion: string | undefined;

  /** Creates an error about this name. */
  constructor(network: string) {
    const suggestion = nearestName(network, networkNames);
    const hint = suggestion
      ? `none has this name (did you mean ${suggestion}?)`
      : `the names are ${networkNames.join(", ")}`;
    super(`Cannot find a published network as ${hint}: got ${network}`);
    this.network = network;
    this.suggestion = suggestion;
  }
}

/** The names of Zen-NAS's networks: CIFAR-10, CIFAR-100, then ImageNet by multiply-adds and by latency. */
export const zooNames: readonly string[] = [...publishedNetworks.keys()];

/** The names of all networks of the zoo: {@link zooNames}, then the models. */
export const networkNames: readonly string[] = [...zooNames, ...models.keys()];

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
}

/** What is known of a network of {@link networkNames}. A model's structure is its name. Throws {@link UnknownNetworkError}. */
export function zooFacts(name: string): ZooFacts {
  const model = models.get(name);
  if (!model) return zooEntry(name);
  const { lower: _, resolution, ...facts } = model;
  return { structure: name, resolution, cropResolution: resolution, ...facts };
}

/** The structure string of a published network's name; any other text as it is. */
export function spelledStructure(text: string): string {
  return publishedNetworks.get(text)?.structure ?? text;
}
