/** What `zen search` does. */
import { createRun, holdsRun, loadConfigSettings, loadPresetSettings } from "../../core/io/mod.ts";
import { parseConfig, type SearchConfig } from "../../core/search/mod.ts";
import type { SearchOptions } from "../commands/search.ts";
import { withScorer } from "../search/scoring.ts";
import { RUNS_FOLDER, runSession } from "../search/session.ts";
import { settingsFrom } from "../setting_options.ts";
import { resolveStructure } from "../structures.ts";

/** The search that the options describe: a preset, and the given settings over it. Throws ConfigError. */
export async function configOf(options: SearchOptions): Promise<SearchConfig> {
  const { preset, init } = options, isFile = /\.ya?ml$/.test(preset);
  const settings = await (isFile ? loadConfigSettings : loadPresetSettings)(preset, settingsFrom(options));
  // The check of a configuration names what is no structure; the error about a single one shows the place in it.
  if (typeof init === "string") resolveStructure(init);
  return parseConfig(settings, isFile ? preset : `preset ${preset}`);
}

/** A folder below runs/ that no run has taken. */
function freeFolder(config: SearchConfig, preset: string): string {
  const name = config.preset ?? preset.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
  const first = `${RUNS_FOLDER}/${name}-seed${config.seed}`;
  for (let number = 2, folder = first;; folder = `${first}-${number++}`) if (!holdsRun(folder)) return folder;
}

/** Starts a run and searches until a limit or an interrupt. Throws ConfigError, RunStoreError, Interrupted. */
export async function search(options: SearchOptions): Promise<void> {
  const config = await configOf(options);
  const folder = options.out ?? freeFolder(config, options.preset);
  await withScorer(config, options, async (scoring) => {
    const { device, modules, identity } = scoring;
    using store = createRun(folder, config, { device, modules, identity });
    const { json = false, quiet, top } = options;
    await runSession({ store, scoring, json, quiet, top });
  });
}
