/** Every proxy by its name. */
import { shorten } from "../../shorten.ts";
import { azNas } from "./az_nas.ts";
import { flops, layers, params, random } from "./counting.ts";
import { deepmad } from "./deepmad.ts";
import { fisher } from "./fisher.ts";
import { gradNorm } from "./grad_norm.ts";
import { grasp } from "./grasp.ts";
import { jacobCov } from "./jacob_cov.ts";
import { l2Norm } from "./l2_norm.ts";
import { maeDet } from "./mae_det.ts";
import { meco } from "./meco.ts";
import { naswot } from "./naswot.ts";
import { plain } from "./plain.ts";
import type { Proxy } from "../proxy.ts";
import { regions } from "./regions.ts";
import { snip } from "./snip.ts";
import { swap } from "./swap.ts";
import { synflow } from "./synflow.ts";
import { teNas, teNasRank } from "./te_nas.ts";
import { vkdnw } from "./vkdnw.ts";
import { zen } from "./zen.ts";
import { zico } from "./zico.ts";

const registered = new Map<string, Proxy>(
  [
    ...[zen, gradNorm, snip, grasp, synflow, fisher, jacobCov, naswot, teNas, teNasRank, regions, zico, l2Norm, plain],
    ...[meco, swap, azNas, vkdnw, maeDet, deepmad, flops, params, layers, random],
  ].map((proxy) => [proxy.name, proxy]),
);

/** Every proxy by its name, the user's own among them once they are registered. */
export const proxies: ReadonlyMap<string, Proxy> = registered;

/** A name as {@link proxyNamed} looks it up: hyphens are as good as underscores. */
const keyOf = (name: string): string => name.replaceAll("-", "_");

/**
 * Registers a user's own proxy: from then on {@link proxyNamed} finds it, in searches too. To register the same proxy
 * again does nothing. Throws RangeError for a name that is malformed or taken.
 *
 * @example
 * ```ts
 * import { proxyNamed, registerProxy } from "@zennas/zennas";
 * registerProxy({
 *   name: "half_params",
 *   summary: "half the parameters",
 *   variants: ["plain"],
 *   inputs: { batches: 0, labelled: false },
 *   needsBackend: false,
 *   score: (design) => Promise.resolve({ value: design.cost().parameters / 2 }),
 * });
 * if (proxyNamed("half-params").summary !== "half the parameters") throw new Error();
 * ```
 */
export function registerProxy(proxy: Proxy): void {
  const key = keyOf(proxy.name), known = registered.get(key);
  if (known === proxy) return;
  if (!/^\w+$/.test(key)) {
    throw new RangeError(`Cannot register a proxy as its name must be letters, digits and hyphens: got ${proxy.name}`);
  }
  if (known) throw new RangeError(`Cannot register a proxy as its name must be new: got ${proxy.name}`);
  registered.set(key, proxy);
}

/** No proxy, or no variant of a proxy, has this name. */
export class UnknownProxyError extends RangeError {
  static {
    this.prototype.name = "UnknownProxyError";
  }

  /** The names that exist. */
  readonly known: readonly string[];

  /** `what` is a proxy or variant; `got` is none of the `known` names that there are for it. */
  constructor(what: string, { got, known }: { readonly got: string; readonly known: readonly string[] }) {
    super(`Cannot find ${what} as the names are ${known.join(", ")}: got ${shorten(got)}`);
    this.known = known;
  }
}

/** The proxy of this name, hyphens as good as underscores; throws {@link UnknownProxyError} for any other. */
export function proxyNamed(name: string): Proxy {
  const proxy = proxies.get(keyOf(name));
  if (proxy) return proxy;
  throw new UnknownProxyError("a proxy", { got: name, known: [...proxies.keys()] });
}

/** The named variant of a proxy, or its default; throws {@link UnknownProxyError} for one that it does not have. */
export function variantOf(proxy: Proxy, name?: string): string {
  const variant = name ?? proxy.variants[0];
  if (proxy.variants.includes(variant)) return variant;
  throw new UnknownProxyError(`a variant of ${proxy.name}`, { got: variant, known: proxy.variants });
}
