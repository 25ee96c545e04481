/**
 * Every setting of a search, once: its kind, its default, and the flag that sets it. These are plain data. What a kind
 * accepts is in checks.ts, which makes the schema of a configuration of these tables; `zen` makes its options of them.
 */
import type { FavouredSize } from "../scoring/proxy.ts";
import type {
  BudgetLimits,
  CascadeStage,
  LatencyBudget,
  OneOrMore,
  PredictedLatencyBudget,
  SearchConfig,
} from "./config.ts";
import type { RaceSettings } from "./race.ts";

/** How parameters and FLOPs are counted: truly, or as the published code counts them. */
export const costModels = ["true", "reference"] as const;

/** One of {@link costModels}. */
export type CostModel = typeof costModels[number];

/** The kinds of settings that a flag can set, and the type of their values. */
export interface FlagTypes {
  /** A text that is not empty. */
  readonly name: string;
  /** A structure string or the name of a zoo network, or a list of them. */
  readonly structures: OneOrMore;
  /** A proxy as {@link SearchConfig.proxy} writes it, or a list of them. */
  readonly proxies: OneOrMore;
  /** An integer of at least 1. */
  readonly count: number;
  /** An integer of at least 0. */
  readonly natural: number;
  /** A number above 0. */
  readonly amount: number;
  /** A number from 0 to 1. */
  readonly probability: number;
  /** Objectives as {@link SearchConfig.objectives} writes them; at least two. */
  readonly objectives: readonly string[];
  /** Seconds; may be written as a text such as `1h30m`. */
  readonly duration: number;
  readonly switch: boolean;
  readonly costModel: CostModel;
  readonly cascade: readonly CascadeStage[];
  readonly race: RaceSettings;
  readonly favouredSize: FavouredSize;
  /** Paths or URLs of modules. */
  readonly modules: readonly string[];
  /** Limits on predicted latencies. */
  readonly latencies: readonly PredictedLatencyBudget[];
}

/** All kinds of settings, and the type of their values. */
export interface SettingTypes extends FlagTypes {
  readonly budgets: BudgetLimits;
  readonly latency: LatencyBudget;
}

/** What a command line calls a setting. */
export interface Flag {
  /** As a help text shows it, such as `--seed <number>`. */
  readonly flag: string;
  /** What it sets, in a few words. */
  readonly help: string;
}

/**
 * What is said of every setting. One that is neither `required` nor has a `default` may be absent. `most` bounds a number:
 * beyond it, time or memory runs out before anything is found.
 */
interface SettingOf<Kind extends keyof SettingTypes> {
  readonly kind: Kind;
  readonly most?: SettingTypes[Kind] & number;
  readonly required?: true;
  readonly default?: SettingTypes[Kind];
}

/** A setting that a flag can set. */
export type FlagSetting = { [Kind in keyof FlagTypes]: SettingOf<Kind> & Flag }[keyof FlagTypes];

/** A setting. */
export type Setting =
  | FlagSetting
  | { [Kind in keyof SettingTypes]: SettingOf<Kind> & { readonly flag?: never } }[keyof SettingTypes];

/** The settings of a configuration, in the order in which problems are reported. */
export const settings = {
  preset: { kind: "name" },
  modules: {
    kind: "modules",
    flag: "--module <file>",
    help: "a module of your own with blocks, proxies or spaces; may be given several times",
  },
  proxy: {
    kind: "proxies",
    required: true,
    flag: "--proxy <name|file>",
    help: "what scores a candidate: a proxy's name, or a module of your own; repeat it to combine several by rank",
  },
  variant: { kind: "name", flag: "--variant <name>", help: "the proxy's formula (zen: reference or paper)" },
  objectives: {
    kind: "objectives",
    flag: "--objectives <list>",
    help: "several objectives, a minus before those to be low: score,-params,-flops",
  },
  cascade: {
    kind: "cascade",
    flag: "--cascade <stages>",
    help: "free proxies, each with the share of candidates that it lets through, then the proxy",
  },
  race: {
    kind: "race",
    flag: "--race [share]",
    help: "score on a share of the images first; score fully only what may still enter the population",
  },
  repeats: {
    kind: "count",
    most: 10_000,
    default: 1,
    flag: "--repeats <count>",
    help: "independent draws that a score is the mean of",
  },
  gamma: { kind: "amount", default: 0.01, flag: "--gamma <size>", help: "size of the input's perturbation" },
  favouredSize: {
    kind: "favouredSize",
    flag: "--favoured-size <mean,spread>",
    help: "what swap:regularised favours: parameters and their spread, in millions (default: 1,1)",
  },
  batch: { kind: "count", most: 65_536, default: 64, flag: "--batch <images>", help: "images a batch" },
  space: {
    kind: "name",
    required: true,
    flag: "--space <name|file>",
    help: "XXBL, IDW_fixfc, or a module or YAML file of your own",
  },
  initialStructure: {
    kind: "structures",
    required: true,
    flag: "--init <structure>",
    help: "where the evolution starts: a structure, or the name of a zoo network; repeat it to start from several",
  },
  costs: {
    kind: "costModel",
    default: "true",
    flag: "--costs <model>",
    help: "how --max-params and --max-flops count",
  },
  budgets: { kind: "budgets", default: {} },
  latencyModel: {
    kind: "name",
    flag: "--latency-model <file>",
    help: "the calibration that predicts a preset's latency budget: what zen latency calibrate wrote",
  },
  population: {
    kind: "count",
    most: 1_000_000,
    default: 512,
    flag: "--population <size>",
    help: "how many of the best candidates are kept as parents",
  },
  crossover: {
    kind: "probability",
    flag: "--crossover <probability>",
    help: "how often two parents are crossed before a mutation, 0 to 1 (default: 0)",
  },
  window: {
    kind: "count",
    most: 4096,
    default: 16,
    flag: "--window <count>",
    help: "proposals that are worked on at once",
  },
  maxProposals: {
    kind: "count",
    most: 1_000_000_000,
    default: 480_000,
    flag: "--max-proposals <count>",
    help: "end after this many proposals, scored or not",
  },
  maxEvaluations: {
    kind: "count",
    most: 1_000_000_000,
    flag: "--max-evaluations <count>",
    help: "end after this many scores",
  },
  patience: {
    kind: "count",
    most: 1_000_000_000,
    flag: "--patience <count>",
    help: "end after this many scores without a better best",
  },
  maxSeconds: {
    kind: "duration",
    flag: "--time <duration>",
    help: "end after this wall time, over all sessions of the run: 90s, 30m, 1h30m",
  },
  timeout: {
    kind: "amount",
    default: 1800,
    flag: "--timeout <seconds>",
    help: "a candidate whose score takes longer fails",
  },
  seed: { kind: "natural", default: 1, flag: "--seed <number>", help: "seed of all draws" },
  resolution: {
    kind: "count",
    most: 65_536,
    required: true,
    flag: "--resolution <pixels>",
    help: "height and width of the input image",
  },
  classes: {
    kind: "count",
    most: 1_000_000,
    required: true,
    flag: "--classes <count>",
    help: "outputs of the classifier",
  },
  squeezeExcite: {
    kind: "switch",
    default: false,
    flag: "--se",
    help: "with squeeze-and-excitation in every super block",
  },
} as const satisfies Readonly<Record<keyof SearchConfig, Setting>>;

/** The settings that decide when a search ends and not what it finds, so that a run may continue with others. */
export const limits = ["maxProposals", "maxEvaluations", "patience", "maxSeconds", "timeout"] as const;

/** Values for some of {@link limits}. */
export type Limits = { readonly [Limit in typeof limits[number]]?: SearchConfig[Limit] | undefined };

/** The budgets of a configuration. */
export const budgetSettings = {
  layers: { kind: "count", most: 10_000, flag: "--max-layers <count>", help: "budget: layers" },
  params: { kind: "amount", flag: "--max-params <count>", help: "budget: parameters, by the cost model" },
  flops: { kind: "amount", flag: "--max-flops <count>", help: "budget: multiply-adds of one image, by the cost model" },
  macs: { kind: "amount", flag: "--max-macs <count>", help: "budget: true multiply-adds of one image" },
  peakMemoryBytes: { kind: "amount", flag: "--max-memory <bytes>", help: "budget: peak activations of one image" },
  latency: { kind: "latency" },
  latencies: {
    kind: "latencies",
    flag: "--max-latency <ms@file>",
    help: "budget: predicted ms an image, such as 2.5ms@device.json; may be given several times",
  },
} as const satisfies Readonly<Record<keyof BudgetLimits, Setting>>;
