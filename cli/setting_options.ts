/** The settings of a search as options of the command line. */
import { InvalidArgumentError, Option } from "npm:commander@15.1.0";
import { secondsOf } from "../core/search/duration.ts";
import { integer, positive } from "./options.ts";
import type { FavouredSize } from "../core/scoring/mod.ts";
import type { CascadeStage, OneOrMore, PredictedLatencyBudget } from "../core/search/mod.ts";
import {
  budgetSettings,
  costModels,
  type FlagSetting,
  type FlagTypes,
  type Limits,
  limits,
  type Setting,
  settings,
} from "../core/search/settings.ts";

/** What `--cascade` parses to: the free proxies, and the proxy of the search behind them. */
export interface Cascade {
  readonly proxy: string;
  readonly cascade: readonly CascadeStage[];
}

/** Reads stages such as `mae_det:0.2,zen`. */
function cascade(text: string): Cascade {
  const stages = text.split(","), proxy = stages.pop()!;
  const shares = stages.map((stage) => {
    const [, name, share] = /^([\w-]+):([\d.]+)$/.exec(stage) ?? [];
    if (name !== undefined) return { proxy: name, share: Number(share) };
    throw new InvalidArgumentError("It must be free proxies with a share each, then a proxy, such as mae_det:0.2,zen.");
  });
  return { proxy, cascade: shares };
}

/** Reads a mean and its spread, such as `1,0.5`. */
function favouredSize(text: string): FavouredSize {
  const [mean, spread = mean, ...others] = text.split(",").map(positive);
  if (mean !== undefined && spread !== undefined && others.length === 0) return { mean, spread };
  throw new InvalidArgumentError("It must be one number above zero, or two with a comma.");
}

/** Reads a number from 0 to 1. */
function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}

/** Reads a latency budget such as `2.5ms@device.json`, after those before it. */
function latencies(text: string, before?: readonly PredictedLatencyBudget[]): readonly PredictedLatencyBudget[] {
  const [, ms, model] = /^(\d+(?:\.\d+)?)(?:ms)?@(.+)$/.exec(text) ?? [];
  if (model !== undefined && Number(ms) > 0) return [...before ?? [], { ms: Number(ms), model }];
  throw new InvalidArgumentError("It must be milliseconds and a calibration, such as 2.5ms@device.json.");
}

/** Reads a time such as `1h30m`, in seconds. */
function duration(text: string): number {
  const seconds = secondsOf(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("It must be a time above zero, such as 90s, 30m or 1h30m.");
}

const asText = (option: Option): Option => option;
/** An option that may be repeated: its value is a text, or the list of all. */
const repeated = (option: Option): Option =>
  option.argParser((text, before?: OneOrMore) => before === undefined ? text : [before, text].flat());

/** How the value of each kind of setting is read. */
const readers: { readonly [Kind in keyof FlagTypes]: (option: Option, most?: number) => Option } = {
  name: asText,
  structures: repeated,
  proxies: repeated,
  switch: asText,
  count: (option, most) => option.argParser(integer(1, most)),
  natural: (option, most) => option.argParser(integer(0, most)),
  amount: (option) => option.argParser(positive),
  duration: (option) => option.argParser(duration),
  probability: (option) => option.argParser(probability),
  objectives: (option) => option.argParser((text) => text.split(",").map((name) => name.trim())),
  costModel: (option) => option.choices(costModels),
  cascade: (option) => option.argParser(cascade).conflicts("proxy"),
  race: (option) => option.argParser((text) => ({ share: positive(text) })).preset("0.125"),
  favouredSize: (option) => option.argParser(favouredSize),
  latencies: (option) => option.argParser(latencies),
  modules: (option) => option.argParser((path, before?: readonly string[]) => [...before ?? [], path]),
};

const optionOf = ({ flag, help, kind, most }: FlagSetting): Option => readers[kind](new Option(flag, help), most);

/** Names of the settings that have a flag. */
type FlagName = {
  [Name in keyof typeof settings]: typeof settings[Name] extends FlagSetting ? Name : never;
}[keyof typeof settings];

/**
 * The option of one setting. It has no default, as a search takes what is not given from its preset; other commands add
 * the setting's own.
 */
export function settingOption(name: FlagName): Option {
  return optionOf(settings[name]);
}

/** The rows of a table that have a flag. */
function flagged(rows: Readonly<Record<string, Setting>>): [key: string, row: FlagSetting][] {
  const hasFlag = (entry: [string, Setting]): entry is [string, FlagSetting] => entry[1].flag !== undefined;
  return Object.entries(rows).filter(hasFlag);
}

/** The options of all settings, budgets last. */
export function allSettingOptions(): Option[] {
  return [settings, budgetSettings].flatMap((rows) => flagged(rows).map(([, row]) => optionOf(row)));
}

/** The settings of a table that options give, by key; undefined where they give none. */
function given(rows: Readonly<Record<string, Setting>>, options: object): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(options));
  return Object.fromEntries(flagged(rows).map(([key, row]) => [key, values.get(optionOf(row).attributeName())]));
}

/** The limits of a search that options give; undefined where they give none. */
export function limitsFrom(options: object): Limits {
  const values = given(settings, options);
  return Object.fromEntries(limits.map((limit) => [limit, values[limit]]));
}

/** The settings that the options of {@link allSettingOptions} parse to; those that are not given are undefined. */
export function settingsFrom(options: { readonly cascade?: Cascade }): Record<string, unknown> {
  return { ...given(settings, options), ...options.cascade, budgets: given(budgetSettings, options) };
}
