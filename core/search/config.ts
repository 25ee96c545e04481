/** The configuration of a search. Keys are in camelCase, in YAML as in TypeScript. */
import type { Precision } from "../graph/precision.ts";
import type { FavouredSize } from "../scoring/proxy.ts";
import { configSchema, unloadedConfigSchema } from "./checks.ts";
import { validate } from "../settings/config_error.ts";
import type { RaceSettings } from "./race.ts";
import { type CostModel, type Limits, limits } from "./settings.ts";

/** A proxy that only counts, applied before the proxy of a search. */
export interface CascadeStage {
  /** A proxy that only counts, such as `mae_det`. */
  readonly proxy: string;
  /** The share of candidates that goes on, above 0 and at most 1. */
  readonly share: number;
}

/** A limit on predicted latency. */
export interface LatencyBudget {
  /** Milliseconds an image. */
  readonly ms: number;
  /** Images at a time. */
  readonly batch: number;
  /** The number format of the network. */
  readonly precision: Precision;
}

/** A limit on what a calibration predicts. */
export interface PredictedLatencyBudget {
  /** Milliseconds an image, at the batch and precision of the calibration. */
  readonly ms: number;
  /** The path or URL of the calibration's artefact. */
  readonly model: string;
}

/**
 * The most that a candidate may have. All are counted on the network that would be trained in the end: with residual
 * links, and with SE if `squeezeExcite` says so.
 */
export interface BudgetLimits {
  /** Layers, as `countLayers` counts them. */
  readonly layers?: number | undefined;
  /** Parameters under the chosen cost model. */
  readonly params?: number | undefined;
  /** Multiply-adds of one image under the chosen cost model. */
  readonly flops?: number | undefined;
  /** True multiply-adds of one image. */
  readonly macs?: number | undefined;
  /** Peak bytes of float32 activations of one image. */
  readonly peakMemoryBytes?: number | undefined;
  /** Needs a latency model: {@link SearchConfig.latencyModel}. */
  readonly latency?: LatencyBudget | undefined;
  /** Limits that each name their own latency model. */
  readonly latencies?: readonly PredictedLatencyBudget[] | undefined;
}

/** One text, or a list of at least two. */
export type OneOrMore = string | readonly string[];

/** Everything that decides what a search finds, and its limits. */
export interface SearchConfig {
  /** The preset that it started from. */
  readonly preset?: string | undefined;
  /** Paths or URLs of modules (.ts, .js) that define blocks, proxies and spaces which the others name. Default: none. */
  readonly modules?: readonly string[] | undefined;
  /**
   * The proxy that scores candidates: a name such as `zen`, or the path or URL of a module. Several are combined by the
   * ranks of their scores in the population; each may have a variant and a weight, as in `zen:paper=2`. See
   * {@link proxyTerms}.
   */
  readonly proxy: OneOrMore;
  /** The variant of a single proxy, where it has several, such as `reference` or `paper` of `zen`. */
  readonly variant?: string | undefined;
  /**
   * Several objectives for NSGA-II, a minus before those that are to be low: `score` for that of the proxy, other proxies by name
   * (`naswot`, `zen:paper`), and costs: `params`, `flops`, `layers`, `macs`, `peakMemoryBytes`, or a kind that was registered, with
   * what it takes behind an `@`. Default: the score alone.
   */
  readonly objectives?: readonly string[] | undefined;
  /** Proxies that only count, applied in order before the proxy; each lets its share through. Default: none. */
  readonly cascade?: readonly CascadeStage[] | undefined;
  /**
   * Scores a candidate on a part of its images or repeats first, and drops it if the whole score would very likely be too
   * low for the population. Default: every candidate gets its whole score.
   */
  readonly race?: RaceSettings | undefined;
  /** How often a candidate is scored with other draws; the score is the mean. Default: 1. */
  readonly repeats: number;
  /** The step of a Zen-score's perturbation. Default: 0.01. */
  readonly gamma: number;
  /** What `swap:regularised` favours, in millions of parameters. Default: 1, with a spread of 1. */
  readonly favouredSize?: FavouredSize | undefined;
  /** Images at a time when scoring. Default: 64. */
  readonly batch: number;
  /** The name of a published space, or the path or URL of a module (.ts, .js) or of a YAML file. */
  readonly space: string;
  /** Where the evolution starts; of several, each is mutated in turn until the population is seeded. */
  readonly initialStructure: OneOrMore;
  /** Default: `true`. */
  readonly costs: CostModel;
  /** Default: none. */
  readonly budgets: BudgetLimits;
  /** The path or URL of the calibration that predicts `budgets.latency`. */
  readonly latencyModel?: string | undefined;
  /** The size of the population. Default: 512. */
  readonly population: number;
  /** The probability that a proposal crosses two parents before it is mutated. Default: 0. */
  readonly crossover?: number | undefined;
  /** How many proposals are drawn ahead of the first one without a result. Default: 16. */
  readonly window: number;
  /** The search ends after this number of proposals. Default: 480,000, as published. */
  readonly maxProposals: number;
  /** The search ends after this number of candidates went to the scorer. */
  readonly maxEvaluations?: number | undefined;
  /**
   * The search ends after this number of candidates went to the scorer without another best one, or with several objectives
   * without one that joined the front.
   */
  readonly patience?: number | undefined;
  /** The search ends when its sessions took so many seconds of wall time together. */
  readonly maxSeconds?: number | undefined;
  /** A candidate whose score takes more seconds fails. Default: 1800. */
  readonly timeout: number;
  /** A non-negative safe integer. Default: 1. */
  readonly seed: number;
  /** The extent of input images, in pixels. */
  readonly resolution: number;
  /** Classes of the data that the network is for. */
  readonly classes: number;
  /** Whether blocks have squeeze-and-excitation branches. Default: false. */
  readonly squeezeExcite: boolean;
}

/**
 * A configuration from plain data, such as a parsed YAML file, with defaults filled in. `source` names it in errors.
 * Throws ConfigError.
 *
 * @example
 * ```ts
 * import { ConfigError, parseConfig } from "@zennas/zennas";
 * try {
 *   parseConfig({ proxy: "zen", space: "XXBL", populaton: 64 }, "my.yaml");
 *   throw new Error("accepted");
 * } catch (error) {
 *   if (!(error instanceof ConfigError) || !error.message.includes("populaton: expected no such key")) throw error;
 * }
 * ```
 */
export function parseConfig(value: unknown, source = "settings"): SearchConfig {
  return validate(configSchema, value, source);
}

/**
 * A configuration whose modules are not loaded, as that would run code: its structure, whose blocks they may define, is not
 * parsed. Throws ConfigError.
 */
export function parseUnloadedConfig(value: unknown, source: string): SearchConfig {
  return validate(unloadedConfigSchema, value, source);
}

/** What is searched, whenever it ends: a configuration without its {@link limits}. */
export function withoutLimits(config: SearchConfig): Omit<SearchConfig, keyof Limits> {
  const ending: ReadonlySet<string> = new Set(limits),
    rest = Object.entries(config).filter(([key]) => !ending.has(key));
  return Object.fromEntries(rest) as unknown as Omit<SearchConfig, keyof Limits>;
}
