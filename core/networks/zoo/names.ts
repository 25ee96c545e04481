/** The names of the zoo, and the error about a name that is none. */
import { nearestName } from "../../nearest.ts";
import { shorten } from "../../shorten.ts";
import { models } from "../models/mod.ts";
import { publishedNetworks } from "./published.ts";

/** The names of Zen-NAS's networks: CIFAR-10, CIFAR-100, then ImageNet by multiply-adds and by latency. */
export const zooNames: readonly string[] = [...publishedNetworks.keys()];

/** The names of all networks of the zoo: {@link zooNames}, then the models. */
export const networkNames: readonly string[] = [...zooNames, ...models.keys()];

/** Thrown where no network of the zoo has the name. */
export class UnknownNetworkError extends RangeError {
  /** The name of the error's class. */
  override readonly name = "UnknownNetworkError";
  /** The name that was asked for. */
  readonly network: string;
  /** The most similar name, if one is similar enough. */
  readonly suggestion: string | undefined;

  /** Creates an error about this name. */
  constructor(network: string) {
    const suggestion = nearestName(network, networkNames);
    const hint = suggestion
      ? `none has this name (did you mean ${suggestion}?)`
      : `the names are ${networkNames.join(", ")}`;
    super(`Cannot find a published network as ${hint}: got ${shorten(network)}`);
    this.network = network;
    this.suggestion = suggestion;
  }
}
