/** The proxies of a search as its configuration writes them. */
import type { SearchConfig } from "./config.ts";

/** One proxy of a search. */
export interface ProxyTerm {
  /** A name, or the path or URL of a module. */
  readonly name: string;
  /** The variant that is written behind a colon. */
  readonly variant?: string | undefined;
  /** The weight that is written behind `=`, NaN where it is no number. */
  readonly weight?: number | undefined;
}

/** What follows the last `=` is a weight, unless it is the rest of a module's path. */
const WEIGHTED = /^(.+)=(?!.*\.[cm]?[jt]s$)([^=/\\]*)$/;
/** What follows the last colon is a variant, unless it is the rest of a URL or path. */
const WITH_VARIANT = /^(.+):([\w-]+)$/;

/** Splits `name:variant`. */
export function splitVariant(text: string): Pick<ProxyTerm, "name" | "variant"> {
  const [, name, variant] = WITH_VARIANT.exec(text) ?? [];
  return { name: name ?? text, variant };
}

/**
 * A proxy that is written as `zen`, `zen:paper`, `zen=2`, `zen:paper=2`, or with a module in the place of the name.
 *
 * @example
 * ```ts
 * import { proxyTerm } from "@zennas/zennas";
 * const { name, variant, weight } = proxyTerm("./my_proxy.ts:signed=0.5");
 * if (name !== "./my_proxy.ts" || variant !== "signed" || weight !== 0.5) throw new Error();
 * ```
 */
export function proxyTerm(text: string): ProxyTerm {
  const [, proxy, weight] = WEIGHTED.exec(text) ?? [];
  if (proxy === undefined || weight === undefined) return splitVariant(text);
  return { ...splitVariant(proxy), weight: weight.trim() === "" ? NaN : Number(weight) };
}

/** The term as {@link proxyTerm} reads it. */
export function printProxyTerm({ name, variant, weight }: ProxyTerm): string {
  return `${name}${variant === undefined ? "" : `:${variant}`}${weight === undefined ? "" : `=${weight}`}`;
}

/** The proxies of a configuration; several are combined by rank. */
export function proxyTerms({ proxy }: Pick<SearchConfig, "proxy">): readonly ProxyTerm[] {
  return (typeof proxy === "string" ? [proxy] : proxy).map(proxyTerm);
}
