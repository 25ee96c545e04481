/** Modules of one's own, which add blocks, proxies and spaces. */
import { ConfigError } from "../search/mod.ts";
import { checkUrl } from "./files/fetch.ts";
import { type Exports, registerExports } from "./module_exports.ts";
import { moduleHash } from "./module_hash.ts";
import { fileUrl } from "./yaml_file.ts";

/** Whether a path or URL is that of a module. */
export function isModuleFile(pathOrUrl: string): boolean {
  return /\.[cm]?[jt]s$/.test(pathOrUrl);
}

/** A module's path or URL; behind that of a proxy, a variant and a weight may stand. */
const MODULE = /^(.+\.[cm]?[jt]s)(:[\w-]+)?(=.*)?$/s;

/** The modules that settings name, wherever in them, each once. */
export function modulesOf(settings: unknown): readonly string[] {
  if (typeof settings === "string") return MODULE.exec(settings)?.slice(1, 2) ?? [];
  if (typeof settings !== "object" || settings === null) return [];
  return [...new Set(Object.values(settings).flatMap(modulesOf))];
}

/** Imports a URL. The beginning of each is written out, as `deno publish` warns of imports of which it sees nothing. */
async function importUrl({ protocol, href }: URL): Promise<Exports> {
  const rest = href.slice(`${protocol}//`.length).replace(/^\//, "");
  if (protocol === "file:") return await import(`file:///${rest}`);
  if (protocol === "http:") return await import(`http://${rest}`);
  if (protocol === "https:") return await import(`https://${rest}`);
  throw new TypeError(`Cannot import a module as its URL must be of a file, http or https: got ${protocol}`);
}

/** Runs a module, once in a process, and gives its exports. Throws FileError and ConfigError where it cannot be imported. */
export async function importModule(pathOrUrl: string): Promise<Exports> {
  const url = fileUrl(pathOrUrl);
  checkUrl(url, "module");
  try {
    return await importUrl(url);
  } catch (cause) {
    const problem = { path: "", expected: "a module that can be imported", got: String(cause) };
    throw new ConfigError(pathOrUrl, [problem], { cause });
  }
}

/**
 * Runs modules in order, and makes what they define known by its name: blocks to structure strings, proxies and spaces to
 * configurations. A module exports a `block`, a `proxy` or a `space`, or lists of them as `blocks`, `proxies` and `spaces`;
 * it may call `registerBlock` itself. Throws ConfigError.
 *
 * @example
 * ```ts
 * import { blockNames, loadModules } from "@zennas/zennas";
 * await loadModules(["examples/custom_block.ts"]);
 * if (!blockNames().includes("GhostK3")) throw new Error();
 * ```
 */
export async function loadModules(pathsOrUrls: readonly string[]): Promise<void> {
  for (const source of pathsOrUrls) registerExports(await importModule(source), source);
}

/** The hash of each module's source, by its URL. */
export async function moduleHashes(pathsOrUrls: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const urls = [...new Set(pathsOrUrls.map((path) => fileUrl(path).href))].sort();
  return Object.fromEntries(await Promise.all(urls.map(async (url) => [url, await moduleHash(new URL(url))])));
}
