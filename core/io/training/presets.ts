/** Configurations of trainings from YAML: the presets, and a user's own files. */
import { shorten } from "../../shorten.ts";
import { ConfigError } from "../../settings/config_error.ts";
import { parseTrainConfig, type TrainConfig } from "../../train/config.ts";
import { trainPresetNames } from "../../train/preset_names.ts";
import { fetchText } from "../files/fetch.ts";
import { isMapping, mergeSettings, type Settings } from "../presets.ts";
import { fileUrl, parseYaml, readYaml } from "../yaml_file.ts";

async function presetOf(name: unknown): Promise<Settings> {
  if (!trainPresetNames.some((known) => known === name)) {
    const expected = `one of ${trainPresetNames.join(", ")}, or a YAML file`;
    throw new ConfigError("settings", [{ path: "preset", expected, got: shorten(String(name)) }]);
  }
  const url = new URL(`../../train/presets/${name}.yaml`, import.meta.url);
  return { preset: name, ...(await readYaml(url, `preset ${name}`) as Settings) };
}

/** What a YAML file says over the preset that it names. */
async function fileSettings(path: string): Promise<unknown> {
  const own = parseYaml(await fetchText(fileUrl(path), "yaml"), path);
  if (!isMapping(own) || own.preset === undefined) return own;
  return mergeSettings(await presetOf(own.preset), own);
}

/**
 * The configuration that a preset's name, or the path or URL of a YAML file, stands for, with settings of one's own over
 * it. A `preset` in a file names what its settings lie over. Throws ConfigError.
 *
 * @example
 * ```ts
 * import { loadTrainConfig } from "@zennas/zennas";
 * const config = await loadTrainConfig("cifar-zennas", { epochs: 30 });
 * if (config.epochs !== 30 || config.weightDecay !== 5e-4) throw new Error();
 * ```
 */
export async function loadTrainConfig(nameOrFile: string, over: Settings = {}): Promise<TrainConfig> {
  const isFile = /\.ya?ml$/i.test(nameOrFile);
  const settings = isFile ? await fileSettings(nameOrFile) : await presetOf(nameOrFile);
  return parseTrainConfig(isMapping(settings) ? mergeSettings(settings, over) : settings, nameOrFile);
}
