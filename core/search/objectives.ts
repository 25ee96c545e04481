/** What a search with several objectives is after: scores to be high, costs to be low. */
import type { Structure } from "../networks/masternet/mod.ts";
import { measuresOf } from "./budgets.ts";
import type { SearchConfig } from "./config.ts";
import { ConfigError } from "../settings/config_error.ts";
import { type ProxyTerm, splitVariant } from "./proxy_terms.ts";

/** One of several objectives. */
export interface Objective {
  /** Under this name the journal has its value: `score`, or a part beside the score such as `params`. */
  readonly name: string;
  /** Whether lower is better. */
  readonly minimise: boolean;
  /** A structure's value; undefined where it comes with the score. May throw what fails a candidate. */
  readonly measure?: ((structure: Structure) => number) | undefined;
}

/** The objective that is the score of the search's proxy. */
export const SCORE = "score";

/** The objectives that are costs, counted as budgets count them. */
export const costObjectives = ["params", "flops", "layers", "macs", "peakMemoryBytes"] as const;

/** How an objective is written: a sign, a name with a variant perhaps, and what a kind of objective takes. */
const WRITTEN = /^(-?)([a-z][\w-]*(?::[\w-]+)?)(?:@(.+))?$/i;

/** An objective as a configuration writes it. */
export interface ObjectiveTerm {
  /** The text without its sign. */
  readonly name: string;
  /** The name before the `@`. */
  readonly kind: string;
  /** What stands behind the `@`. */
  readonly argument: string | undefined;
  /** Whether a minus stands before it. */
  readonly minimise: boolean;
}

/** Reads an objective such as `score`, `-params` or `-latency@device.json`; undefined where the text is none. */
export function objectiveTerm(text: string): ObjectiveTerm | undefined {
  const [whole, sign, kind, argument] = WRITTEN.exec(text) ?? [];
  if (whole === undefined || kind === undefined) return undefined;
  return { name: whole.slice(sign!.length), kind, argument, minimise: sign === "-" };
}

/** Something that structures can be measured by, and that is no proxy. */
export interface ObjectiveKind {
  /** What an objective is called, such as `latency` in `-latency@device.json`. */
  readonly name: string;
  /**
   * Makes the measure for a configuration, and for what stands behind the `@`. It must depend on the structure alone. May throw
   * ConfigError.
   */
  measureFor(config: SearchConfig, argument: string | undefined): (structure: Structure) => number;
}

const registered = new Map<string, ObjectiveKind>();

/**
 * Registers a kind of objective: from then on a configuration may name it. To register the same one again does nothing. Throws
 * RangeError for a name that is empty or taken.
 *
 * @example
 * ```ts
 * import { objectivesOf, parseConfig, parseStructure, registerObjective } from "@zennas/zennas";
 * registerObjective({ name: "blocks", measureFor: () => ({ blocks }) => blocks.length });
 * const initialStructure = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)";
 * const settings = { proxy: "zen", space: "XXBL", initialStructure, resolution: 32, classes: 10 };
 * const [, blocks] = objectivesOf(parseConfig({ ...settings, objectives: ["score", "-blocks"] })) ?? [];
 * if (!blocks?.minimise || blocks.measure?.(parseStructure(initialStructure)) !== 2) throw new Error();
 * ```
 */
export function registerObjective(kind: ObjectiveKind): void {
  const known = registered.get(kind.name), builtIn = [SCORE, ...costObjectives] as readonly string[];
  if (known === kind) return;
  if (known || kind.name === "" || builtIn.includes(kind.name)) {
    throw new RangeError(`Cannot register an objective as its name must be new: got ${kind.name || "an empty one"}`);
  }
  registered.set(kind.name, kind);
}

/** The objectives as a configuration writes them; undefined where it has one alone, the score. */
function termsOf({ objectives }: Pick<SearchConfig, "objectives">): readonly ObjectiveTerm[] | undefined {
  return objectives?.map((text, index) => {
    const term = objectiveTerm(text);
    if (term) return term;
    throw new ConfigError("settings", [{ path: `objectives.${index}`, expected: "an objective", got: text }]);
  });
}

/** The proxies, beside that of the search, whose scores are objectives of a configuration. */
export function proxyObjectives(config: Pick<SearchConfig, "objectives">): readonly ProxyTerm[] {
  const measured: ReadonlySet<string> = new Set([SCORE, ...costObjectives, ...registered.keys()]);
  return (termsOf(config) ?? []).filter(({ kind }) => !measured.has(kind)).map(({ name }) => splitVariant(name));
}

/**
 * The objectives of a configuration; undefined where it has one alone, the score. Throws ConfigError for one of a kind that
 * takes nothing behind an `@`.
 */
export function objectivesOf(config: SearchConfig): readonly Objective[] | undefined {
  const costs: Readonly<Record<string, Objective["measure"]>> = measuresOf(config);
  return termsOf(config)?.map(({ name, kind, argument, minimise }, index): Objective => {
    const own = registered.get(kind);
    if (own) return { name, minimise, measure: own.measureFor(config, argument) };
    if (argument === undefined) return { name, minimise, measure: costs[name] };
    const kinds = [...registered.keys()],
      expected = kinds.length === 0 ? "no @" : `one of ${kinds.join(", ")} before an @`;
    throw new ConfigError("settings", [{ path: `objectives.${index}`, expected, got: name }]);
  });
}

/** A score and the numbers beside it. */
export interface Valued {
  /** The score of the search's proxy. */
  readonly score: number;
  /** Numbers by name. */
  readonly parts?: Readonly<Record<string, number>> | undefined;
}

/** The values of a candidate under the names of the objectives; NaN where it has none. */
export function objectiveValues(
  objectives: readonly Pick<Objective, "name">[],
  { score, parts = {} }: Valued,
): Readonly<Record<string, number>> {
  return Object.fromEntries(objectives.map(({ name }) => [name, name === SCORE ? score : parts[name] ?? NaN]));
}

/** The values as numbers of which lower is better, as NSGA-II takes them. */
export function minimised(
  objectives: readonly Pick<Objective, "name" | "minimise">[],
  values: Readonly<Record<string, number>>,
): readonly number[] {
  return objectives.map(({ name, minimise }) => minimise ? values[name]! : -values[name]!);
}
