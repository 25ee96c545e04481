/** What each kind of setting accepts. Messages say what is expected; core/settings/config_error.ts turns them into sentences. */
import { z } from "npm:zod@4.6.7";
import { precisions } from "../graph/precision.ts";
import {
  parseChainedStructure,
  parseStructure,
  StructureChannelError,
  StructureSyntaxError,
} from "../networks/masternet/mod.ts";
import { spelledStructure } from "../networks/zoo/mod.ts";
import { amount, type Checks, count, mapping, name, natural } from "../settings/mapping.ts";
import type { OneOrMore, SearchConfig } from "./config.ts";
import { secondsOf } from "./duration.ts";
import { objectiveTerm } from "./objectives.ts";
import { proxyTerm, proxyTerms } from "./proxy_terms.ts";
import { budgetSettings, costModels, settings, type SettingTypes } from "./settings.ts";

/** What keeps a text from being a structure, as `parse` reads it; undefined if nothing does. */
export function whyNotStructure(text: string, parse: (text: string) => unknown = parseStructure): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    const refused = error instanceof StructureSyntaxError || error instanceof StructureChannelError;
    if (refused) return error.message.split("\n")[0]!;
    throw error;
  }
}

const structure = z.string("a structure string").transform(spelledStructure).superRefine((text, context) => {
  const why = whyNotStructure(text, parseChainedStructure);
  if (why !== undefined) context.addIssue({ code: "custom", message: `a structure string (${why})` });
});

const weightedProxy = name.superRefine((text, context) => {
  const { weight = 1 } = proxyTerm(text);
  if (weight > 0 && Number.isFinite(weight)) return;
  context.addIssue({ code: "custom", message: "a proxy with a weight above 0 behind =" });
});

/** The most texts of a list. */
const MAX_LIST = 100;

/** One text or a list of them; a list of one is that text. A problem has the position in the list in its path. */
function oneOrMore(item: z.ZodType<string>, what: string): z.ZodType<OneOrMore> {
  const list = z.array(item).min(1, `at least one of ${what}`).max(MAX_LIST, `at most ${MAX_LIST} of ${what}`);
  return z.unknown().transform((value, context): OneOrMore => {
    const result = (Array.isArray(value) ? list : item).safeParse(value);
    if (result.success) return Array.isArray(result.data) && result.data.length === 1 ? result.data[0]! : result.data;
    for (const { message, path } of result.error.issues) context.addIssue({ code: "custom", message, path });
    return z.NEVER;
  });
}

/** The most objectives: with more, nearly every candidate is in the front. */
const MOST_OBJECTIVES = 8;

const OBJECTIVE = "an objective such as score, -params or a proxy's name";
const objectives = z.array(z.string(OBJECTIVE).refine((text) => objectiveTerm(text) !== undefined, OBJECTIVE))
  .min(2, "at least two objectives").max(MOST_OBJECTIVES, `at most ${MOST_OBJECTIVES} objectives`)
  .refine(
    (texts) => new Set(texts.map((text) => objectiveTerm(text)?.name)).size === texts.length,
    "each objective once",
  );

const wrongDuration = "a time above 0, in seconds or such as 90s, 30m, 1h30m";
const duration: z.ZodType<number> = z.union([z.number(), z.string().transform(secondsOf)], wrongDuration)
  .refine((seconds) => seconds > 0 && Number.isFinite(seconds), wrongDuration);

// A bare `true` in YAML is a boolean, and means the cost model of that name.
const costModel = z.union([z.literal(true).transform(() => "true" as const), z.enum(costModels)], "true or reference");

/** The most free proxies before the proxy. */
const MOST_STAGES = 100;

const cascadeStage = z.strictObject({
  proxy: name,
  share: z.number("a share above 0, at most 1").positive("a share above 0").max(1, "a share of at most 1"),
}, "a free proxy with its share");

const race = z.strictObject({
  share: z.number("a share between 0 and 1").positive("a share above 0").lt(1, "a share below 1"),
  confidence: z.number("a confidence").gt(0.5, "a confidence above 0.5").lt(1, "a confidence below 1").default(0.99),
}, "a race with share and confidence");

const latency = z.strictObject({
  ms: amount,
  batch: count.max(settings.batch.most, `at most ${settings.batch.most}`).default(64),
  precision: z.enum(precisions, "f32, f16, dynamic or int8").default("f16"),
}, "a latency budget with ms, batch and precision");

/** The most limits on predicted latencies. */
const MOST_LATENCIES = 16;

const LATENCIES = "a list of latency budgets with ms and model";
const latencies = z.array(z.strictObject({ ms: amount, model: name }, "a latency budget with ms and model"), LATENCIES)
  .max(MOST_LATENCIES, `at most ${MOST_LATENCIES} latency budgets`);

/** What is expected of one of the `modules`. */
const MODULE = "a module (.ts or .js)";

const checks: Checks<Omit<SettingTypes, "budgets">> = {
  name,
  structures: oneOrMore(structure, "structures"),
  proxies: oneOrMore(weightedProxy, "proxies"),
  count,
  natural,
  amount,
  probability: z.number("a number from 0 to 1").min(0, "a number from 0 to 1").max(1, "a number from 0 to 1"),
  objectives,
  duration,
  switch: z.boolean("true or false"),
  costModel,
  cascade: z.array(cascadeStage, "a list of free proxies with their shares").max(
    MOST_STAGES,
    `at most ${MOST_STAGES} proxies`,
  ),
  race,
  favouredSize: z.strictObject({ mean: amount, spread: amount }, "a favoured size with mean and spread"),
  latency,
  latencies,
  modules: z.array(z.string(MODULE).regex(/\.[cm]?[jt]s$/, MODULE), "a list of modules (.ts or .js)"),
};

const budgets = mapping(budgetSettings, { checks, expected: "a mapping of budgets" });

/** What is wrong with settings that are right one by one: the setting, and what was expected of it. */
function clashes(config: SearchConfig): readonly (readonly [path: keyof SearchConfig, expected: string])[] {
  const { initialStructure, population, variant, race } = config, terms = proxyTerms(config);
  const several = terms.length > 1,
    objectives = config.objectives !== undefined,
    starts = typeof initialStructure === "string" ? 1 : initialStructure.length;
  const rules: readonly (readonly [broken: boolean, path: keyof SearchConfig, expected: string])[] = [
    [!several && terms[0]!.weight !== undefined, "proxy", "no weight, as a single proxy is not combined"],
    [several && variant !== undefined, "variant", "none beside several proxies, which name theirs as zen:paper"],
    [several && race !== undefined, "race", "none beside several proxies, as ranks change with each candidate"],
    [
      several && objectives,
      "proxy",
      "one, as several objectives name the others: objectives: [score, naswot, -params]",
    ],
    [objectives && race !== undefined, "race", "none beside several objectives, as a low score may be in the front"],
    [population < starts, "population", `at least ${starts}, one for each initial structure`],
  ];
  return rules.flatMap(([broken, ...clash]) => broken ? [clash] : []);
}

/** The compiler holds the schema to the type: a row of a wrong kind does not pass. */
function schemaOf(structures: z.ZodType<OneOrMore>): z.ZodType<SearchConfig> {
  const all = { ...checks, budgets, structures };
  return mapping(settings, { checks: all, expected: "a mapping of settings" }).superRefine((config, context) => {
    for (const [path, message] of clashes(config)) context.addIssue({ code: "custom", path: [path], message });
  });
}

/** The schema of a configuration. */
export const configSchema: z.ZodType<SearchConfig> = schemaOf(checks.structures);

/** As {@link configSchema}, but a structure is any text. */
export const unloadedConfigSchema: z.ZodType<SearchConfig> = schemaOf(oneOrMore(name, "structures"));
