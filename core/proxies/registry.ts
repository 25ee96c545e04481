/** Every proxy by its name. */
import { azNas } from "./az_nas.ts";
import { flops, layers, params, random } from "./counting.ts";
import { deepmad } from "./deepmad.ts";
import { maeDet } from "./mae_det.ts";
import { meco } from "./meco.ts";
import { naswot } from "./naswot.ts";
import type { Proxy } from "./proxy.ts";
import { regions } from "./regions.ts";
import { swap } from "./swap.ts";
import { zen } from "./zen.ts";

/** Every proxy by its name. */
export const proxies: ReadonlyMap<string, Proxy> = new Map(
  [zen, naswot, regions, meco, swap, azNas, maeDet, deepmad, flops, params, layers, random]
    .map((proxy) => [proxy.name, proxy]),
);

/** A name stands for no proxy, or for no variant of one. */
export class UnknownProxyError extends RangeError {
  static {
    this.prototype.name = "UnknownProxyError";
  }

  /** The names that there are. */
  readonly known: readonly string[];

  /** `got` is none of the `known` names. */
  constructor(what: string, { got, known }: { readonly got: string; readonly known: readonly string[] }) {
    super(`Cannot score by ${what} as the names are ${known.join(", ")}: got ${got}`);
    this.known = known;
  }
}

/** The proxy of this name, hyphens as good as underscores; throws {@link UnknownProxyError} for any other. */
export function proxyNamed(name: string): Proxy {
  const proxy = proxies.get(name.replaceAll("-", "_"));
  if (proxy) return proxy;
  throw new UnknownProxyError("an unknown proxy", { got: name, known: [...proxies.keys()] });
}

/** The named variant of a proxy, or its default; throws {@link UnknownProxyError} for one that it does not have. */
export function variantOf(proxy: Proxy, name?: string): string {
  const variant = name ?? proxy.variants[0];
  if (proxy.variants.includes(variant)) return variant;
  throw new UnknownProxyError(`an unknown variant of ${proxy.name}`, { got: variant, known: proxy.variants });
}
