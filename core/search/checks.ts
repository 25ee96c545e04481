/** What each kind of setting accepts. Messages say what is expected; config_error.ts turns them into sentences. */
import { z } from "zod";
import { precisions } from "../graph/precision.ts";
import { parseStructure, StructureSyntaxError } from "../networks/masternet/mod.ts";
import type { SearchConfig } from "./config.ts";
import { budgetSettings, costModels, settings, type SettingTypes } from "./settings.ts";

/** A positive integer. */
export const count = z.int("a positive integer").positive("a positive integer");
/** A non-negative integer. */
export const natural = z.int("a non-negative integer").nonnegative("a non-negative integer");
/** A positive number. */
export const amount = z.number("a positive number").positive("a positive number");
/** A text that is not empty. */
export const name = z.string("a name").min(1, "a name");

/** What keeps a text from being a structure; undefined if nothing does. */
export function whyNotStructure(text: string): string | undefined {
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
const costModel = z.union([z.literal(true).transform(() => "true" as const), z.enum(costModels)], "true or reference");

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
  batch: count.default(64),
  precision: z.enum(precisions, "f32, f16, dynamic or int8").default("f16"),
}, "a latency budget with ms, batch and precision");

/** What is expected of one of the `modules`. */
const MODULE = "a module (.ts or .js)";

/** A check for each of some kinds. */
type Checks<Kind extends keyof SettingTypes> = { readonly [Name in Kind]: z.ZodType<SettingTypes[Name]> };

/** Settings of some kinds. */
type Table<Kind extends keyof SettingTypes> = Readonly<
  Record<string, { readonly kind: Kind; readonly required?: true; readonly default?: unknown }>
>;

/** The check of a row of a table: of its kind, with its default, or optional. */
type RowCheck<Row extends Table<keyof SettingTypes>[string]> = Row extends { readonly default: unknown }
  ? z.ZodDefault<z.ZodType<SettingTypes[Row["kind"]]>>
  : Row extends { readonly required: true } ? z.ZodType<SettingTypes[Row["kind"]]>
  : z.ZodOptional<z.ZodType<SettingTypes[Row["kind"]]>>;

/** The schema of a mapping with the settings of a table. `expected` says what stands there. */
function mapping<Kind extends keyof SettingTypes, Rows extends Table<Kind>>(
  rows: Rows,
  { checks, expected }: { readonly checks: Checks<Kind>; readonly expected: string },
) {
  const shape = Object.entries(rows).map(([key, row]) => {
    const check: z.ZodType = checks[row.kind];
    if (row.default !== undefined) return [key, check.default(row.default)] as const;
    return [key, row.required ? check : check.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(shape) as { [Key in keyof Rows]: RowCheck<Rows[Key]> }, expected);
}

const checks: Checks<Exclude<keyof SettingTypes, "budgets">> = {
  name,
  structure,
  count,
  natural,
  amount,
  switch: z.boolean("true or false"),
  costModel,
  cascade: z.array(cascadeStage, "a list of free proxies with their shares"),
  race,
  favouredSize: z.strictObject({ mean: amount, spread: amount }, "a favoured size with mean and spread"),
  latency,
  modules: z.array(z.string(MODULE).regex(/\.[cm]?[jt]s$/, MODULE), "a list of modules (.ts or .js)"),
};

const budgets = mapping(budgetSettings, { checks, expected: "a mapping of budgets" });

const expected = "a mapping of settings";

/** The schema of a configuration. The compiler holds it to the type: a row of a wrong kind does not pass. */
export const configSchema: z.ZodType<SearchConfig> = mapping(settings, { checks: { ...checks, budgets }, expected });

/** As {@link configSchema}, but a structure is any text. */
export const unloadedConfigSchema: z.ZodType<SearchConfig> = mapping(settings, {
  checks: { ...checks, budgets, structure: name },
  expected,
});
