/** Configurations from YAML: the presets, and a user's own files. */
import { createHash } from "node:crypto";
import {
  ConfigError,
  objectiveTerm,
  parseConfig,
  parseUnloadedConfig,
  type PresetName,
  presetNames,
  presetsInWords,
  printProxyTerm,
  proxyTerm,
  type SearchConfig,
} from "../search/mod.ts";
import { shorten } from "../shorten.ts";
import { fetchText } from "./files/fetch.ts";
import { loadModules, modulesOf } from "./modules.ts";
import { isProxyFile } from "./proxies.ts";
import { isSpaceFile } from "./spaces.ts";
import { requireTrust } from "./trust/store.ts";
import { fileUrl, isArgumentFile, parseYaml, readYaml } from "./yaml_file.ts";

/** Settings as plain data that are yet to be checked. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * Settings over others. Budgets are merged one by one, modules are added, everything else is replaced; `undefined` leaves a
 * setting as it is. What is of the wrong type stays in the result, so that the check of a configuration names it.
 */
export function mergeSettings(settings: Settings, over: Settings): Settings {
  const given = Object.entries(over).filter(([, value]) => value !== undefined);
  const merged = given.map(([key, value]) => {
    const merge = mergers.get(key);
    return [key, merge ? merge(settings[key], value) : value];
  });
  return { ...settings, ...Object.fromEntries(merged) };
}

/** How the settings that are not replaced are merged. */
const mergers: ReadonlyMap<string, (below: unknown, over: unknown) => unknown> = new Map([
  ["budgets", mergeBudgets],
  ["modules", mergeModules],
]);

function mergeModules(modules: unknown = [], over: unknown): unknown {
  if (!Array.isArray(over)) return over;
  return Array.isArray(modules) ? [...new Set([...modules, ...over])] : modules;
}

function mergeBudgets(budgets: unknown = {}, over: unknown): unknown {
  if (!isMapping(over)) return over;
  return isMapping(budgets) ? mergeSettings(budgets, over) : budgets;
}

/** Whether a value is a mapping of settings, whatever they are. */
export function isMapping(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPreset(name: unknown): name is PresetName {
  return presetNames.some((preset) => preset === name);
}

/** The settings of a preset, as its file has them. Throws ConfigError for an unknown name. */
export async function presetSettings(name: string): Promise<Settings> {
  if (!isPreset(name)) {
    const problem = { path: "preset", expected: `one of ${presetsInWords}`, got: shorten(name) };
    throw new ConfigError("settings", [problem]);
  }
  const url = new URL(`../search/presets/${name}.yaml`, import.meta.url);
  return { preset: name, ...(await readYaml(url, `preset ${name}`) as Settings) };
}

/**
 * A preset with settings of one's own over it. A path in `space`, `proxy` and `modules` is relative to the working
 * directory. Runs the `modules`. Throws ConfigError.
 *
 * @example
 * ```ts
 * import { loadPreset } from "@zennas/zennas";
 * const config = await loadPreset("zen-cifar-params1M", { seed: 7, budgets: { params: 5e5 } });
 * if (config.seed !== 7 || config.budgets.params !== 5e5 || config.budgets.layers !== 18) throw new Error();
 * ```
 */
export async function loadPreset(name: string, over: Settings = {}): Promise<SearchConfig> {
  return parseConfig(await loadPresetSettings(name, over), `preset ${name}`);
}

/** The settings that {@link loadPreset} checks, all but the structure right, and their modules loaded. */
export async function loadPresetSettings(name: string, over: Settings = {}): Promise<unknown> {
  const settings = mergeSettings(await presetSettings(name), withLocatedFiles(over));
  await loadModules(parseUnloadedConfig(settings, `preset ${name}`).modules ?? []);
  return settings;
}

/** Settings whose files are given by URL, so that a run can be continued from another directory. */
function withLocatedFiles(settings: Settings, base?: URL): Settings {
  const isFile = (value: unknown): value is string => typeof value === "string" && isSpaceFile(value);
  const located = (value: unknown): unknown => isFile(value) ? fileUrl(value, base).href : value;
  const { space, proxy, modules, objectives, budgets, latencyModel } = settings;
  const locatedTerm = (text: unknown): unknown => locatedProxy(text, base);
  return {
    ...settings,
    ...(space !== undefined && { space: located(space) }),
    ...(proxy !== undefined && { proxy: Array.isArray(proxy) ? proxy.map(locatedTerm) : locatedTerm(proxy) }),
    ...(Array.isArray(modules) && { modules: modules.map(located) }),
    ...(typeof latencyModel === "string" && { latencyModel: fileUrl(latencyModel, base).href }),
    ...(Array.isArray(objectives) && { objectives: objectives.map((text: unknown) => locatedObjective(text, base)) }),
    ...(isMapping(budgets) && { budgets: locatedBudgets(budgets, base) }),
  };
}

/** Budgets with the path of each latency model as a URL. */
function locatedBudgets(budgets: Settings, base: URL | undefined): Settings {
  const { latencies } = budgets;
  if (!Array.isArray(latencies)) return budgets;
  const located = (budget: unknown): unknown =>
    isMapping(budget) && typeof budget.model === "string"
      ? { ...budget, model: fileUrl(budget.model, base).href }
      : budget;
  return { ...budgets, latencies: latencies.map(located) };
}

/** An objective as a configuration writes it, with a path behind its `@` as a URL. */
function locatedObjective(text: unknown, base: URL | undefined): unknown {
  const term = typeof text === "string" ? objectiveTerm(text) : undefined;
  if (term?.argument === undefined || !isArgumentFile(term.argument)) return text;
  return `${term.minimise ? "-" : ""}${term.kind}@${fileUrl(term.argument, base).href}`;
}

/** A proxy as a configuration writes it, with a module's path as a URL. */
function locatedProxy(text: unknown, base: URL | undefined): unknown {
  const term = typeof text === "string" ? proxyTerm(text) : undefined;
  return term && isProxyFile(term.name) ? printProxyTerm({ ...term, name: fileUrl(term.name, base).href }) : text;
}

/** Every preset, in the order of `presetNames`. */
export function loadPresets(): Promise<readonly SearchConfig[]> {
  return Promise.all(presetNames.map((name) => loadPreset(name)));
}

/** A configuration file. */
export interface ConfigFile {
  /** Where it is. */
  readonly url: URL;
  /** The SHA-256 of its text. */
  readonly hash: string;
  /** What it says over the preset that it names, files by URL; not checked, and no mapping perhaps. */
  readonly settings: unknown;
}

/** Reads a YAML file, given by path or URL. Throws ConfigError. */
export async function readConfigFile(pathOrUrl: string): Promise<ConfigFile> {
  const url = fileUrl(pathOrUrl), text = await fetchText(url, "yaml"), own = parseYaml(text, pathOrUrl);
  const file = { url, hash: createHash("sha256").update(text).digest("hex") };
  if (!isMapping(own)) return { ...file, settings: own };
  const base = typeof own.preset === "string" ? await presetSettings(own.preset) : {};
  return { ...file, settings: mergeSettings(base, withLocatedFiles(own, url)) };
}

/**
 * A configuration from a YAML file, given by path or URL, with settings of one's own over it. A `preset` in the file
 * names what its settings lie over. A path in its `space`, `proxy` and `modules` is relative to the file. Runs the
 * `modules`. Throws ConfigError, and UntrustedModuleError where the file, which is not trusted, names modules that the
 * settings over it do not name.
 */
export async function loadConfig(pathOrUrl: string, over: Settings = {}): Promise<SearchConfig> {
  return parseConfig(await loadConfigSettings(pathOrUrl, over), pathOrUrl);
}

/** The settings that {@link loadConfig} checks, all but the structure right, and their modules loaded. */
export async function loadConfigSettings(pathOrUrl: string, over: Settings = {}): Promise<unknown> {
  const { url, hash, settings } = await readConfigFile(pathOrUrl), mine = withLocatedFiles(over);
  const merged = isMapping(settings) ? mergeSettings(settings, mine) : settings;
  const { modules = [] } = parseUnloadedConfig(merged, pathOrUrl);
  await requireTrust({ source: pathOrUrl, url, hash, modules: modulesOf(merged) }, modulesOf(mine));
  await loadModules(modules);
  return merged;
}
