/** The published networks, by name. */
import { nearestName } from "../../nearest.ts";
import type { ZooEntry } from "./entry.ts";
import { publishedNetworks } from "./published.ts";

export type { PublishedFigures, ZooEntry } from "./entry.ts";

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
    const suggestion = nearestName(network, zooNames);
    const hint = suggestion
      ? `none has this name (did you mean ${suggestion}?)`
      : `the names are ${zooNames.join(", ")}`;
    super(`Cannot find a published network as ${hint}: got ${network}`);
    this.network = network;
    this.suggestion = suggestion;
  }
}

/** The names of the published networks: CIFAR-10, CIFAR-100, then ImageNet by multiply-adds and by latency. */
export const zooNames: readonly string[] = [...publishedNetworks.keys()];

/**
 * Looks up a published network by its name. Throws {@link UnknownNetworkError}.
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

/** The structure string of a published network's name; any other text as it is. */
export function spelledStructure(text: string): string {
  return publishedNetworks.get(text)?.structure ?? text;
}
