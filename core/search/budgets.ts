/** Budgets: limits on what a candidate may cost, checked before anything is scored. */
import { countLayers, type NetworkForm, referenceCost, type Structure, trueCost } from "../networks/masternet/mod.ts";
import type { BudgetLimits, LatencyBudget, PredictedLatencyBudget, SearchConfig } from "./config.ts";
import type { CostModel } from "./settings.ts";

/** A limit on something that can be measured of a structure. */
export interface Budget {
  /** What is limited, such as `params`. */
  readonly name: string;
  /** The most that is allowed; the limit itself is within the budget. */
  readonly limit: number;
  /** How it is counted. Default: `true`. */
  readonly counted?: CostModel | undefined;
  /** The structure's amount of it. May throw ShapeError for a structure that no network can be made of. */
  measure(structure: Structure): number;
}

/** A budget that a structure exceeds. */
export interface Excess {
  /** The budget's name. */
  readonly budget: string;
  /** The structure's amount of it. */
  readonly value: number;
  /** The most that is allowed. */
  readonly limit: number;
}

/** The first of the budgets that a structure exceeds, in their order; undefined if it is within all. */
export function excessOf(structure: Structure, budgets: readonly Budget[]): Excess | undefined {
  for (const { name, limit, measure } of budgets) {
    const value = measure(structure);
    // A value that is not a number is within no budget.
    if (!(value <= limit)) return { budget: name, value, limit };
  }
  return undefined;
}

/**
 * How far a structure is over its budgets, in all: the sum of the shares of each limit that it takes beyond the limit; 0 within
 * all. Infinity where an amount is no number. Throws what `measure` throws.
 */
export function violationOf(structure: Structure, budgets: readonly Budget[]): number {
  return budgets.reduce((sum, { limit, measure }) => {
    const over = measure(structure) / limit - 1;
    return sum + (Number.isNaN(over) ? Infinity : Math.max(0, over));
  }, 0);
}

/** How much of a budget a structure takes. */
export interface BudgetUse {
  /** The budget's name. */
  readonly budget: string;
  /** The structure's amount of it. */
  readonly value: number;
  /** The most that is allowed. */
  readonly limit: number;
  /** How it was counted: truly, or as the published code counts. */
  readonly counted: CostModel;
}

/** Keeps the count of the latest structure, so that several budgets share it. */
function rememberLast<T>(count: (structure: Structure) => T): (structure: Structure) => T {
  let last: { readonly structure: Structure; readonly answer: T } | undefined;
  return (structure) => {
    if (last?.structure !== structure) last = { structure, answer: count(structure) };
    return last.answer;
  };
}

/** Models that budgets need and that do not follow from the configuration. */
export interface BudgetModels {
  /** Predicts the latency of a structure, in milliseconds an image, as the latency budget describes it. */
  readonly latencyMs?: ((structure: Structure) => number) | undefined;
  /** What predicts milliseconds an image by a model that a budget names. May throw where it cannot be read. */
  readonly modelMs?: ((model: string) => (structure: Structure) => number) | undefined;
}

/** A search has a latency budget, but no model that predicts latency. */
export class MissingLatencyModelError extends Error {
  /** The error's class. */
  override readonly name = "MissingLatencyModelError";
  /** The budget that cannot be measured. */
  readonly latency: LatencyBudget | PredictedLatencyBudget;

  /** An error about this budget. */
  constructor(latency: LatencyBudget | PredictedLatencyBudget) {
    const by = "model" in latency ? `by ${latency.model}` : `at batch ${latency.batch} in ${latency.precision}`;
    super(
      `Cannot search under a latency budget without a latency model: got a limit of ${latency.ms} ms an image ${by}`,
    );
    this.latency = latency;
  }
}

/** The network that a configuration's candidates would be trained as. */
export function networkForm(config: SearchConfig): NetworkForm {
  return {
    classes: config.classes,
    resolution: config.resolution,
    squeezeExcite: config.squeezeExcite,
    // Candidates are scored without residual links, but the network that results is trained with them.
    residualLinks: true,
  };
}

/** What can be counted of a structure. */
export type CountedName = Exclude<keyof BudgetLimits, "latency" | "latencies">;

/**
 * What can be counted of a structure, by the names of budgets: parameters and FLOPs by the configuration's cost model. Each
 * measure may throw ShapeError.
 */
export function measuresOf(config: SearchConfig): Readonly<Record<CountedName, Budget["measure"]>> {
  const form = networkForm(config);
  const truth = rememberLast((structure) => trueCost(structure, form));
  const priced = config.costs === "reference" ? rememberLast((structure) => referenceCost(structure, form)) : truth;
  return {
    layers: countLayers,
    params: (structure) => priced(structure).parameters,
    flops: (structure) => priced(structure).macs,
    macs: (structure) => truth(structure).macs,
    peakMemoryBytes: (structure) => truth(structure).peakActivationBytes,
  };
}

/**
 * The budgets of a configuration, cheap ones first. Throws MissingLatencyModelError for a latency budget
 * without a latency model.
 *
 * @example
 * ```ts
 * import { budgetsOf, excessOf, parseConfig, parseStructure } from "@zennas/zennas";
 * const initialStructure = "SuperConvK3BNRELU(3,8,1,3)";
 * const config = parseConfig({
 *   proxy: "zen", space: "XXBL", initialStructure, resolution: 32, classes: 10, budgets: { layers: 2, params: 1e6 },
 * });
 * const excess = excessOf(parseStructure(initialStructure), budgetsOf(config));
 * if (excess?.budget !== "layers" || excess.value !== 3) throw new Error(JSON.stringify(excess));
 * ```
 */
export function budgetsOf(config: SearchConfig, models: BudgetModels = {}): readonly Budget[] {
  const limits = config.budgets;
  const { layers, params, flops, macs, peakMemoryBytes } = measuresOf(config);
  const candidates: readonly (Omit<Budget, "limit"> & { readonly limit: number | undefined })[] = [
    { name: "layers", limit: limits.layers, measure: layers },
    { name: "params", limit: limits.params, counted: config.costs, measure: params },
    { name: "flops", limit: limits.flops, counted: config.costs, measure: flops },
    { name: "macs", limit: limits.macs, measure: macs },
    { name: "peakMemoryBytes", limit: limits.peakMemoryBytes, measure: peakMemoryBytes },
    { name: "latencyMs", limit: limits.latency?.ms, measure: latencyModel(config, models) },
    ...(limits.latencies ?? []).map((latency) => predictedBudget(latency, models)),
  ];
  return candidates.filter((budget): budget is Budget => budget.limit !== undefined);
}

/**
 * How much of each budget of a configuration a structure takes, by the count that the budget holds, which need not be the
 * true one. A latency budget is left out where no model predicts latency. May throw ShapeError.
 *
 * @example
 * ```ts
 * import { budgetUses, parseConfig, parseStructure } from "@zennas/zennas";
 * const initialStructure = "SuperConvK3BNRELU(3,8,1,1)";
 * const settings = { proxy: "zen", space: "XXBL", initialStructure, resolution: 32, classes: 10, costs: "reference" };
 * const [use] = budgetUses(parseStructure(initialStructure), parseConfig({ ...settings, budgets: { params: 1000 } }));
 * if (use?.counted !== "reference" || !(use.value < use.limit)) throw new Error(JSON.stringify(use));
 * ```
 */
export function budgetUses(
  structure: Structure,
  config: SearchConfig,
  models: BudgetModels = {},
): readonly BudgetUse[] {
  const { latency, latencies, ...measurable } = config.budgets;
  const budgets = {
    ...measurable,
    ...(models.latencyMs && { latency }),
    ...(models.modelMs && { latencies }),
  };
  return budgetsOf({ ...config, budgets }, models).map(({ name, limit, counted = "true", measure }) => (
    { budget: name, value: measure(structure), limit, counted }
  ));
}

/** A budget by a model of its own, named after the model's file. */
function predictedBudget(latency: PredictedLatencyBudget, { modelMs }: BudgetModels): Budget {
  if (!modelMs) throw new MissingLatencyModelError(latency);
  const { ms: limit, model } = latency;
  return { name: `latencyMs@${model.split("/").at(-1)}`, limit, measure: modelMs(model) };
}

function latencyModel(config: SearchConfig, models: BudgetModels): Budget["measure"] {
  const latency = config.budgets.latency;
  if (latency && !models.latencyMs) throw new MissingLatencyModelError(latency);
  return models.latencyMs ?? (() => 0);
}
