/** Artefacts of calibrations as models of a search: budgets and objectives of predicted latency. */
import { fileURLToPath } from "node:url";
import { kernelsOf, type LatencyArtefact, LatencyPredictor, parseArtefact } from "../latency/mod.ts";
import { structureDesign } from "../networks/design.ts";
import type { Structure } from "../networks/masternet/mod.ts";
import {
  type BudgetModels,
  ConfigError,
  networkForm,
  objectiveTerm,
  registerObjective,
  type SearchConfig,
} from "../search/mod.ts";
import { readTextSync } from "./files/read.ts";
import { fileUrl } from "./yaml_file.ts";

/** The name of the objective: `-latency@device.json`. */
export const LATENCY_OBJECTIVE = "latency";

/** The artefacts that a configuration names, each once, in the order of its settings. */
export function latencyModelsOf(
  { budgets, objectives = [], latencyModel }: Pick<SearchConfig, "budgets" | "objectives" | "latencyModel">,
): readonly string[] {
  const terms = objectives.map((text) => objectiveTerm(text)).filter((term) => term?.kind === LATENCY_OBJECTIVE);
  return [
    ...new Set([
      ...(latencyModel === undefined ? [] : [latencyModel]),
      ...(budgets.latencies ?? []).map(({ model }) => model),
      ...terms.flatMap((term) => term?.argument ?? []),
    ]),
  ];
}

/** Reads an artefact at a path or a file's URL. Throws ConfigError, FileError. */
export function readLatencyModel(pathOrUrl: string): LatencyArtefact {
  const url = fileUrl(pathOrUrl);
  if (url.protocol !== "file:") throw refused(pathOrUrl, "the file of a calibration", pathOrUrl);
  const text = readTextSync(fileURLToPath(url), "calibration");
  try {
    return parseArtefact(text);
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) {
      throw refused(pathOrUrl, "the artefact of a calibration", error.message, error);
    }
    throw error;
  }
}

function refused(source: string, expected: string, got: string, cause?: unknown): ConfigError {
  return new ConfigError(source, [{ path: "", expected, got }], { cause });
}

/** Measures of one configuration by the artefact's name. */
const opened = new WeakMap<SearchConfig, Map<string, (structure: Structure) => number>>();

/**
 * Predicts latencies of structures, ms an image, in the form that the configuration's budgets count. Throws ConfigError for
 * what is no artefact and for one of another resolution, FileError.
 */
export function latencyMeasure(config: SearchConfig, model: string): (structure: Structure) => number {
  const known = opened.get(config) ?? new Map<string, (structure: Structure) => number>(), measure = known.get(model);
  opened.set(config, known);
  if (measure) return measure;
  const made = measureBy(readLatencyModel(model), { config, model });
  known.set(model, made);
  return made;
}

function measureBy(
  artefact: LatencyArtefact,
  { config, model }: { readonly config: SearchConfig; readonly model: string },
): (structure: Structure) => number {
  const { batch, resolution, fusion: runtime } = artefact.device, form = networkForm(config);
  if (resolution !== config.resolution) {
    throw refused(model, `a calibration for images of ${config.resolution}`, `one for images of ${resolution}`);
  }
  const predictor = new LatencyPredictor(artefact);
  let last: { readonly structure: Structure; readonly ms: number } | undefined;
  return (structure) => {
    if (last?.structure !== structure) {
      const { kernels } = kernelsOf(structureDesign(structure, form), { batch, runtime });
      last = { structure, ms: predictor.predict(kernels).predictedMs / batch };
    }
    return last.ms;
  };
}

/** What predicts the latency budgets of a configuration. Throws what {@link latencyMeasure} throws. */
export function latencyModels(config: SearchConfig): BudgetModels {
  for (const model of latencyModelsOf(config)) latencyMeasure(config, model);
  const { latencyModel } = config;
  return {
    ...(latencyModel !== undefined && { latencyMs: latencyMeasure(config, latencyModel) }),
    modelMs: (model) => latencyMeasure(config, model),
  };
}

/** The artefact is read at the first structure: a look at a run's front needs none. */
registerObjective({
  name: LATENCY_OBJECTIVE,
  measureFor(config, model) {
    if (model === undefined) {
      throw new ConfigError("settings", [{
        path: "objectives",
        expected: `the artefact of a calibration, as in -${LATENCY_OBJECTIVE}@device.json`,
        got: LATENCY_OBJECTIVE,
      }]);
    }
    return (structure) => latencyMeasure(config, model)(structure);
  },
});
