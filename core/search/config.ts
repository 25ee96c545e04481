/** The configuration of a search. Keys are in camelCase, in YAML as in TypeScript. */
import { z } from "zod";
import { type Precision, precisions } from "../graph/precision.ts";
import { parseStructure, StructureSyntaxError } from "../networks/masternet/mod.ts";
import { validate } from "./config_error.ts";
import type { RaceSettings } from "./race.ts";
import type { FavouredSize } from "../scoring/proxy.ts";
import type { SuperBlockSpace } from "./super_block_space.ts";

/** How parameters and FLOPs are counted: truly, or as the published code counts them. */
export const costModels = ["true", "reference"] as const;

/** One of {@link costModels}. */
export type CostModel = typeof costModels[number];

/** A free proxy before the proxy of a search. */
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
  /** Needs a latency model. */
  readonly latency?: LatencyBudget | undefined;
}

/** Everything that decides what a search finds, and its limits. */
export interface SearchConfig {
  /** The preset that it started from. */
  readonly preset?: string | undefined;
  /** The proxy that scores candidates, such as `zen`. */
  readonly proxy: string;
  /** The proxy's variant, where it has several, such as `reference` or `paper` of `zen`. */
  readonly variant?: string | undefined;
  /** Free proxies that candidates pass before the proxy, and the share that each lets through. Default: none. */
  readonly cascade?: readonly CascadeStage[] | undefined;
  /** Stops scoring candidates that will not reach the population. Default: not. */
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
  /** Where the evolution starts. */
  readonly initialStructure: string;
  /** Default: `true`. */
  readonly costs: CostModel;
  /** Default: none. */
  readonly budgets: BudgetLimits;
  /** The size of the population. Default: 512. */
  readonly population: number;
  /** How many proposals are drawn ahead of the first one without a result. Default: 16. */
  readonly window: number;
  /** The search ends after this number of proposals. Default: 480,000, as published. */
  readonly maxProposals: number;
  /** The search ends after this number of candidates went to the scorer. */
  readonly maxEvaluations?: number | undefined;
  /** A non-negative safe integer. Default: 1. */
  readonly seed: number;
  /** The extent of input images, in pixels. */
  readonly resolution: number;
  /** Classes of the data that the network is for. */
  readonly classes: number;
  /** Whether blocks have squeeze-and-excitation branches. Default: false. */
  readonly squeezeExcite: boolean;
}

const count = z.int("a positive integer").positive("a positive integer");
const positive = z.number("a positive number").positive("a positive number");
const word = z.string("a name").min(1, "a name");

const latency = z.strictObject({
  ms: positive,
  batch: count.default(64),
  precision: z.enum(precisions, "f32, f16, dynamic or int8").default("f16"),
}, "a latency budget with ms, batch and precision");

const budgets = z.strictObject({
  layers: count.optional(),
  params: positive.optional(),
  flops: positive.optional(),
  macs: positive.optional(),
  peakMemoryBytes: positive.optional(),
  latency: latency.optional(),
}, "a mapping of budgets");

/** What keeps a text from being a structure; undefined if nothing does. */
function whyNotStructure(text: string): string | undefined {
  try {
    parseStructure(text);
    return undefined;
  } catch (error) {
    if (error instanceof StructureSyntaxError) return error.message.split("\n")[0]!;
    throw error;
  }
}

const structure = z.string("a structure string").superRefine((text, context) => {
  const why = whyNotStructure(text);
  if (why !== undefined) context.addIssue({ code: "custom", message: `a structure string (${why})` });
});

// A bare `true` in YAML is a boolean, and means the cost model of that name.
const costs = z.union([z.literal(true).transform(() => "true" as const), z.enum(costModels)], "true or reference");

const cascadeStage = z.strictObject({
  proxy: word,
  share: z.number("a share above 0, at most 1").positive("a share above 0").max(1, "a share of at most 1"),
}, "a free proxy with its share");

const race = z.strictObject({
  share: z.number("a share between 0 and 1").positive("a share above 0").lt(1, "a share below 1"),
  confidence: z.number("a confidence").gt(0.5, "a confidence above 0.5").lt(1, "a confidence below 1").default(0.99),
}, "a race with share and confidence");

const favouredSize = z.strictObject({ mean: positive, spread: positive }, "a favoured size with mean and spread");

const schema = z.strictObject({
  preset: word.optional(),
  proxy: word,
  variant: word.optional(),
  cascade: z.array(cascadeStage, "a list of free proxies with their shares").optional(),
  race: race.optional(),
  repeats: count.default(1),
  gamma: positive.default(0.01),
  favouredSize: favouredSize.optional(),
  batch: count.default(64),
  space: word,
  initialStructure: structure,
  costs: costs.default("true"),
  budgets: budgets.default({}),
  population: count.default(512),
  window: count.default(16),
  maxProposals: count.default(480_000),
  maxEvaluations: count.optional(),
  seed: z.int("a non-negative integer").nonnegative("a non-negative integer").default(1),
  resolution: count,
  classes: count,
  squeezeExcite: z.boolean("true or false").default(false),
}, "a mapping of settings");

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
  return validate<SearchConfig>(schema as z.ZodType<SearchConfig>, value, source);
}

/** The name of a block type that takes arguments like these. */
function blockType(args: string): z.ZodType<string> {
  return z.string("a block type").superRefine((name, context) => {
    const why = whyNotStructure(`${name}(${args})`);
    if (why !== undefined) {
      context.addIssue({ code: "custom", message: `a block type with arguments ${args} (${why})` });
    }
  });
}

const family = z.array(blockType("8,8,1,8,1"), "a list of block types").min(1, "at least one block type");

const spaceSchema = z.strictObject({
  name: word,
  families: z.array(family, "a list of families").min(1, "at least one family"),
  fixed: z.array(blockType("8,8,1,1"), "a list of block types").optional(),
  channelFactors: z.array(positive, "a list of factors").min(1, "at least one factor").optional(),
  channelMultiple: count.optional(),
  minChannels: count.optional(),
  maxChannels: count.optional(),
  layerReach: z.int("a non-negative integer").nonnegative("a non-negative integer").optional(),
}, "a mapping with name and families");

/** A space's data from plain data, such as a parsed YAML file. Throws ConfigError. */
export function parseSpace(value: unknown, source = "space"): SuperBlockSpace {
  return validate<SuperBlockSpace>(spaceSchema as z.ZodType<SuperBlockSpace>, value, source);
}
