/** Proxies by name, or from a user's file. */
import { proxies, type Proxy, proxyNamed, variantOf } from "../scoring/mod.ts";
import { ConfigError, proxyTerms, type SearchConfig, searchProxy, splitVariant } from "../search/mod.ts";
import { exportOf, proxyExport } from "./module_exports.ts";
import { moduleHash } from "./module_hash.ts";
import { importModule, isModuleFile } from "./modules.ts";
import { fileUrl } from "./yaml_file.ts";

/** Whether a proxy is given by a module rather than by a name. */
export function isProxyFile(proxy: string): boolean {
  return isModuleFile(proxy);
}

/**
 * A proxy by its name, or by the path or URL of a module that exports it as `proxy`. Throws UnknownProxyError for an
 * unknown name, ConfigError for a module without a proxy.
 *
 * @example
 * ```ts
 * import { loadProxy } from "@zennas/zennas";
 * if ((await loadProxy("zen")).name !== "zen") throw new Error();
 * ```
 */
export async function loadProxy(nameOrPath: string): Promise<Proxy> {
  if (!isProxyFile(nameOrPath)) return proxyNamed(nameOrPath);
  return exportOf(proxyExport, await importModule(nameOrPath), nameOrPath);
}

/**
 * The proxy of a configuration, with modules loaded; several are combined by rank, and those of objectives are beside it. Throws
 * as loadProxy and searchProxy do.
 */
export async function loadSearchProxy(config: SearchConfig): Promise<Proxy> {
  const loaded = proxyTerms(config).map(async ({ name }) => [name, await loadProxy(name)] as const);
  const named = new Map(await Promise.all(loaded));
  return searchProxy(config, (name) => named.get(name) ?? proxyNamed(name));
}

/** A proxy and one of its variants. */
export interface ChosenProxy {
  /** What it was called: a name, or `name:variant`. */
  readonly key: string;
  /** The proxy. */
  readonly proxy: Proxy;
  /** The variant that was named, or the proxy's default. */
  readonly variant: string;
  /** What errors call it: its name, or the path of its module. */
  readonly label: string;
  /** For a module, the hash of its source as {@link chooseProxies} reads it. */
  readonly source?: string;
}

/** The most proxies of a list. */
const MOST_PROXIES = 100;

/**
 * The proxies of a list such as `zen,zen:paper,./my_proxy.ts`; `all` stands for every proxy there is by name. Of a
 * module, the text is hashed too, with that of all that it imports by a relative path. Throws UnknownProxyError, and
 * ConfigError where two proxies have the same name.
 */
export async function chooseProxies(list: string): Promise<readonly ChosenProxy[]> {
  if (list === "all") {
    return [...proxies.values()].map((proxy) => ({
      key: proxy.name,
      label: proxy.name,
      proxy,
      variant: variantOf(proxy),
    }));
  }
  const names = list.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length > MOST_PROXIES) {
    const problem = { path: "proxy", expected: `at most ${MOST_PROXIES} proxies`, got: `${names.length}` };
    throw new ConfigError("settings", [problem]);
  }
  const chosen = await Promise.all(names.map(chooseProxy));
  for (const { key, proxy } of chosen) {
    if (chosen.every((other) => other.key !== key || other.proxy === proxy)) continue;
    throw new ConfigError(list, [{ path: "proxy", expected: "a name of its own for each proxy", got: `${key} twice` }]);
  }
  return chosen;
}

async function chooseProxy(text: string): Promise<ChosenProxy> {
  const { name, variant } = splitVariant(text), proxy = await loadProxy(name);
  return {
    key: variant ? `${proxy.name}:${variant}` : proxy.name,
    label: name,
    proxy,
    variant: variantOf(proxy, variant),
    ...(isProxyFile(name) && { source: await moduleHash(fileUrl(name)) }),
  };
}
