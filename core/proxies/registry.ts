/** Every proxy by its name. */
import { flops, layers, params, random } from "./counting.ts";
import type { Proxy } from "./proxy.ts";
import { zen } from "./zen.ts";

/** Every proxy by its name. */
export const proxies: ReadonlyMap<string, Proxy> = new Map(
  [zen, flops, params, layers, random].map((proxy) => [proxy.name, proxy]),
);

/** The proxy of this name; throws RangeError that lists the names for any other. */
export function proxyNamed(name: string): Proxy {
  const proxy = proxies.get(name);
  if (proxy) return proxy;
  throw new RangeError(`Cannot score by an unknown proxy: got ${name}, known are ${[...proxies.keys()].join(", ")}`);
}

/** The named variant of a proxy, or its default; throws RangeError for a variant that it does not have. */
export function variantOf(proxy: Proxy, name?: string): string {
  const variant = name ?? proxy.variants[0];
  if (proxy.variants.includes(variant)) return variant;
  throw new RangeError(`Cannot score ${proxy.name} by variant ${variant}: it has ${proxy.variants.join(", ")}`);
}
