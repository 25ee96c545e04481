/** What a search at the terminal needs to score candidates: its space, its proxy, a device, and a watch on them. */
import {
  latencyModels,
  loadSearchProxy,
  loadSpace,
  moduleHashes,
  modulesOf,
  readLatencyModel,
  type RunIdentity,
  searchIdentity,
} from "../../core/io/mod.ts";
import type { Proxy } from "../../core/scoring/mod.ts";
import {
  type BudgetModels,
  budgetsOf,
  type CandidateGuard,
  objectivesOf,
  requireStart,
  type Scorer,
  type SearchConfig,
  type Space,
} from "../../core/search/mod.ts";
import { scorerOf, screensOf } from "../../core/search/scorer.ts";
import { deviceIdentity } from "../../kernels/identity.ts";
import { describeDevice, type DeviceOptions, openDevice } from "../device.ts";
import { UsageError } from "../errors.ts";
import { note } from "../terminal.ts";
import { type Guard, guard } from "../watch/guard.ts";
import { Watch } from "../watch/watch.ts";

/** Where a search draws its candidates, what scores them, and how scores rank. */
export interface SearchScoring {
  readonly space: Space;
  readonly scorer: Scorer;
  readonly proxy: Proxy;
  /** What the configuration calls it: a name, the path of a module, or several. */
  readonly label: string;
  /** The device that scores, in words. */
  readonly device: string;
  /** What predicts latency budgets. */
  readonly models: BudgetModels;
  /** The hash of each module of one's own that the configuration names, by its URL. */
  readonly modules: Readonly<Record<string, string>>;
  /** What decides the scores, for the run's record. */
  readonly identity: RunIdentity;
  /** Ends what does not answer. */
  readonly watch: Watch;
}

/** Runs code of a search that may be a module's. */
interface ForeignCode {
  readonly bounded: Guard;
  /** Whether any code of the search comes from a module, which alone can block the thread for good. */
  readonly foreign: boolean;
  readonly watch: Watch;
}

function foreignCode(config: SearchConfig, watch: Watch): ForeignCode {
  const foreign = modulesOf(config).length > 0;
  return {
    watch,
    foreign,
    bounded: guard({ timeout: config.timeout, watch: foreign ? watch : undefined }),
  };
}

/** The configuration's space. Throws what `requireStart` throws. */
async function spaceOf(
  config: SearchConfig,
  { watch, bounded, foreign, models }: ForeignCode & { readonly models: BudgetModels },
): Promise<Space> {
  const { space: name } = config;
  const loaded = await bounded(() => loadSpace(name), { what: `load ${name}` }), what = `draw from ${name}`;
  const replacements: Space["replacements"] = (blocks, index) =>
    watch.call(() => loaded.replacements(blocks, index), { what });
  const space = foreign ? { name: loaded.name, replacements } : loaded;
  requireStart(config, { space, budgets: budgetsOf(config, models) });
  return space;
}

/**
 * What predicts the latency budgets; says where a budget means another batch or precision. Throws UsageError for a latency
 * budget without a model, ConfigError, FileError.
 */
function latencyModelsIn(config: SearchConfig): BudgetModels {
  const { budgets: { latency }, latencyModel } = config;
  if (latency && latencyModel === undefined) {
    throw new UsageError(
      "Cannot search under a latency budget without a model of a device: name one by --latency-model, which zen latency " +
        "calibrate writes, or use zen-imagenet-flops400M, zen-imagenet-flops600M or zen-imagenet-flops800M",
    );
  }
  const models = latencyModels(config);
  if (latency && latencyModel !== undefined) {
    const { device } = readLatencyModel(latencyModel), { batch, precision, ms } = latency;
    if (device.batch !== batch || device.precision !== precision) {
      note(
        `the budget of ${ms} ms an image is meant at batch ${batch} in ${precision}; it is held to predictions for ` +
          `${device.name} at batch ${device.batch} in ${device.precision}`,
      );
    }
  }
  return models;
}

/** Opens what the configuration needs and hands it to `use`. */
export async function withScorer(
  config: SearchConfig,
  options: DeviceOptions,
  use: (scoring: SearchScoring) => Promise<void>,
): Promise<void> {
  // What cannot work is refused before a folder is made for it.
  const models = latencyModelsIn(config);
  const { timeout } = config, label = [config.proxy].flat().join(","), modules = await moduleHashes(modulesOf(config));
  using watch = await Watch.start({ timeout, finishing: "finishing the candidates in flight" });
  const code = foreignCode(config, watch),
    proxy = await code.bounded(() => loadSearchProxy(config), { what: `load ${label}` });
  const within: CandidateGuard = (work, { index, structure }) =>
    code.bounded(work, { what: `score by ${label}`, index, structure });
  const space = await spaceOf(config, { ...code, models }), common = { proxy, label, space, models, modules, watch };
  scorerOf(config, { proxy });
  screensOf(config);
  objectivesOf(config);
  if (!proxy.needsBackend) {
    const scorer = scorerOf(config, { proxy, label, within }), identity = await searchIdentity(config);
    return await use({ ...common, scorer, identity, device: "none" });
  }
  await using backend = await openDevice(options);
  const identity = await searchIdentity(config, await deviceIdentity(backend.device));
  const scorer = scorerOf(config, { proxy, label, backend, within });
  await use({ ...common, scorer, identity, device: describeDevice(backend) });
}
