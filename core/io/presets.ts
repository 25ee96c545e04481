/** Configurations from YAML: the presets, and a user's own files. */
import {
  ConfigError,
  parseConfig,
  type PresetName,
  presetNames,
  presetsInWords,
  type SearchConfig,
} from "../search/mod.ts";
import { isProxyFile } from "./proxies.ts";
import { isSpaceFile } from "./spaces.ts";
import { fileUrl, readYaml } from "./yaml_file.ts";

/** Settings as plain data that are yet to be checked. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * Settings over others. Budgets are merged one by one, everything else is replaced; `undefined` leaves a setting as it is.
 * Budgets that are no mapping stay in the result, so that the check of a configuration names them.
 */
export function mergeSettings(settings: Settings, over: Settings): Settings {
  const given = Object.entries(over).filter(([, value]) => value !== undefined);
  const merged = given.map(([key, value]) => [key, key === "budgets" ? mergeBudgets(settings[key], value) : value]);
  return { ...settings, ...Object.fromEntries(merged) };
}

function mergeBudgets(budgets: unknown = {}, over: unknown): unknown {
  if (!isMapping(over)) return over;
  return isMapping(budgets) ? mergeSettings(budgets, over) : budgets;
}

function isMapping(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPreset(name: unknown): name is PresetName {
  return presetNames.some((preset) => preset === name);
}

/** The settings of a preset, as its file has them. Throws ConfigError for an unknown name. */
export async function presetSettings(name: string): Promise<Settings> {
  if (!isPreset(name)) {
    const problem = { path: "preset", expected: `one of ${presetsInWords}`, got: name };
    throw new ConfigError("settings", [problem]);
  }
  const url = new URL(`../search/presets/${name}.yaml`, import.meta.url);
  return { preset: name, ...(await readYaml(url, `preset ${name}`) as Settings) };
}

/**
 * A preset with settings of one's own over it. A path in `space` is relative to the working directory. Throws ConfigError.
 *
 * @example
 * ```ts
 * import { loadPreset } from "@zennas/zennas";
 * const config = await loadPreset("zen-cifar-params1M", { seed: 7, budgets: { params: 5e5 } });
 * if (config.seed !== 7 || config.budgets.params !== 5e5 || config.budgets.layers !== 18) throw new Error();
 * ```
 */
export async function loadPreset(name: string, over: Settings = {}): Promise<SearchConfig> {
  return parseConfig(mergeSettings(await presetSettings(name), withLocatedFiles(over)), `preset ${name}`);
}

/** Settings whose space and proxy, if files, are given by URL, so that a run can be continued from another directory. */
function withLocatedFiles(settings: Settings, base?: URL): Settings {
  const { space, proxy } = settings;
  return {
    ...settings,
    ...(typeof space === "string" && isSpaceFile(space) && { space: fileUrl(space, base).href }),
    ...(typeof proxy === "string" && isProxyFile(proxy) && { proxy: fileUrl(proxy, base).href }),
  };
}

/** Every preset, in the order of `presetNames`. */
export function loadPresets(): Promise<readonly SearchConfig[]> {
  return Promise.all(presetNames.map((name) => loadPreset(name)));
}

/**
 * A configuration from a YAML file, given by path or URL, with settings of one's own over it. A `preset` in the file
 * names what its settings lie over. A path in its `space` is relative to the file. Throws ConfigError.
 */
export async function loadConfig(pathOrUrl: string, over: Settings = {}): Promise<SearchConfig> {
  const url = fileUrl(pathOrUrl);
  const settings = await readYaml(url, pathOrUrl);
  if (!isMapping(settings)) return parseConfig(settings, pathOrUrl);
  const base = typeof settings.preset === "string" ? await presetSettings(settings.preset) : {};
  const own = mergeSettings(base, withLocatedFiles(settings, url));
  return parseConfig(mergeSettings(own, withLocatedFiles(over)), pathOrUrl);
}
