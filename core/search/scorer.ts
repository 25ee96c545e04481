/** The scorer and the screens of a search, from its configuration. */
import pLimit from "npm:p-limit@7.3.3";
import type { Backend } from "../graph/backend.ts";
import type { NetworkForm } from "../networks/masternet/mod.ts";
import type { SearchConfig } from "./config.ts";
import { ConfigError } from "../settings/config_error.ts";
import type { Candidate, Scorer } from "./evolution_options.ts";
import { costObjectives, proxyObjectives, SCORE } from "./objectives.ts";
import { printProxyTerm, type ProxyTerm, proxyTerms } from "./proxy_terms.ts";
import { PRELIMINARY, type RaceSettings } from "./race.ts";
import type { Screen } from "./screen.ts";
import { summarize } from "../numeric/statistics.ts";
import { structureDesign } from "../scoring/design.ts";
import { evaluateRepeatedly, type Evaluation, scoreDraws } from "../scoring/evaluate.ts";
import { accompanied, combineProxies, type WeightedProxy } from "../scoring/combination.ts";
import type { Proxy, Score, ScoringSettings } from "../scoring/proxy.ts";
import { proxies, proxyNamed, UnknownProxyError, variantOf } from "../scoring/proxies/registry.ts";

/** The network that candidates are scored as: without residual links. */
function scoredForm({ resolution, classes, squeezeExcite }: SearchConfig): NetworkForm {
  return { resolution, classes, squeezeExcite, residualLinks: false };
}

function settingsOf(
  { batch, gamma, seed, favouredSize }: SearchConfig,
  variant: string,
): Omit<ScoringSettings, "draw"> {
  return { batch, gamma, seed, variant, favouredSize, fill: "gaussian", weights: "unit", labels: "random" };
}

function weightedProxy({ variant, weight = 1 }: ProxyTerm, proxy: Proxy): WeightedProxy {
  const key = variant === undefined ? proxy.name : `${proxy.name}:${variant}`;
  return { key, proxy, variant: variantOf(proxy, variant), weight };
}

/**
 * The proxy of a configuration: the one that it names, with those of its objectives beside it, or all that it names, combined
 * by rank. `named` gives a proxy by its name, one of the registry unless told. Throws what `named` throws, UnknownProxyError
 * for an unknown variant, and ConfigError for one proxy twice and for an objective that is none.
 */
export function searchProxy(config: SearchConfig, named: (name: string) => Proxy = proxyNamed): Proxy {
  const terms = proxyTerms(config), members = terms.map((term) => weightedProxy(term, named(term.name)));
  const keys = members.map(({ key }) => key), twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    const expected = "a name of its own for each proxy";
    throw new ConfigError("settings", [{ path: "proxy", expected, got: `${twice} twice` }]);
  }
  if (members.length > 1) return combineProxies(members);
  const [{ proxy, variant }] = members as [WeightedProxy];
  const single = terms[0]!.variant === undefined ? proxy : { ...proxy, variants: [variant] as const };
  return config.objectives ? withObjectives(single, config, named) : single;
}

/** The proxy with those whose scores are objectives beside it. */
function withObjectives(proxy: Proxy, config: SearchConfig, named: (name: string) => Proxy): Proxy {
  const refuse = (expected: string, cause: Error): ConfigError =>
    new ConfigError("settings", [{ path: "objectives", expected, got: config.objectives!.join(",") }], { cause });
  try {
    // The journal has each score under the name that the objective has.
    return accompanied(
      proxy,
      proxyObjectives(config).map((term) => ({ ...weightedProxy(term, named(term.name)), key: printProxyTerm(term) })),
    );
  } catch (error) {
    if (error instanceof UnknownProxyError) {
      throw refuse(`${SCORE}, ${costObjectives.join(", ")}, or a proxy (${error.message})`, error);
    }
    if (error instanceof RangeError) throw refuse(`scores that do not rank (${error.message})`, error);
    throw error;
  }
}

/** How a search's candidates are scored. */
export interface ScorerOptions {
  /** Needed by proxies that evaluate the network. */
  readonly backend?: Backend | undefined;
  /** A proxy that is not in the registry. Default: {@link searchProxy}. */
  readonly proxy?: Proxy | undefined;
  /** What errors call the proxy, such as the path of its module. Default: its name. */
  readonly label?: string | undefined;
  /** Runs the work on a candidate that begins, such as within a time. Default: as it is. */
  readonly within?: CandidateGuard | undefined;
}

/** Runs the work on one candidate; what it rejects with is what the scorer rejects with. */
export type CandidateGuard = <T>(work: () => Promise<T>, candidate: Candidate) => Promise<T>;

/**
 * The scorer of a configuration: the mean over its repeats, on the network without residual links and under the run's seed,
 * so that `zen score` with that seed gives the same number. The parts come with it where they are ranked. Throws
 * UnknownProxyError for an unknown proxy or variant, ConfigError for a race by a proxy that ranks or only counts.
 */
export function scorerOf(config: SearchConfig, options: ScorerOptions = {}): Scorer {
  const { proxy = searchProxy(config), label, backend, within = (score) => score() } = options;
  const form = scoredForm(config);
  const settings = settingsOf(config, variantOf(proxy, config.variant));
  const evaluation = { proxy, label, settings, repeats: config.repeats, ...(backend && { backend }) };
  const keepsParts = proxy.ranking !== undefined || proxyObjectives(config).length > 0;
  const unlimited = config.race
    ? racingScorer(evaluation, { form, race: config.race })
    : wholeScorer(evaluation, { form, keepsParts });
  const scorer: Scorer = (structure, candidate) => within(() => unlimited(structure, candidate), candidate);
  if (!backend) return scorer;
  // A candidate that has begun may hold hundreds of megabytes, so only one begins beside those that the device computes;
  // the others wait in the order in which they came.
  const limit = pLimit(backend.concurrency + 1);
  return (structure, candidate) => limit(scorer, structure, candidate);
}

function wholeScorer(
  evaluation: Evaluation,
  { form, keepsParts }: { readonly form: NetworkForm; readonly keepsParts: boolean },
): Scorer {
  return async (structure) => {
    const { mean, parts } = await evaluateRepeatedly(structureDesign(structure, form), evaluation);
    return keepsParts ? { score: mean, parts } : mean;
  };
}

/**
 * A scorer that computes a preliminary score first for a candidate that has a `bar`: from the first repeats if the share is
 * at least one repeat, else from the first images of the first repeat. Whole scores are the same as without a race.
 */
function racingScorer(
  evaluation: Evaluation,
  { form, race: { share } }: { readonly form: NetworkForm; readonly race: RaceSettings },
): Scorer {
  const { proxy, settings, repeats } = evaluation;
  if (proxy.ranking || !proxy.needsBackend) {
    const expected = "a proxy that evaluates networks and does not rank them, where a search races";
    throw new ConfigError("settings", [{ path: "proxy", expected, got: proxy.name }]);
  }
  const whole = Math.floor(repeats * share), mean = (scores: readonly Score[]) => summarize(scores.map(valueOf)).mean;
  // A batch normalisation in training mode needs two images.
  const batch = whole > 0 ? settings.batch : Math.max(2, Math.round(settings.batch * repeats * share));
  return async (structure, { bar }) => {
    const design = structureDesign(structure, form);
    if (bar === undefined) return (await evaluateRepeatedly(design, evaluation)).mean;
    const part = { ...evaluation, settings: { ...settings, batch } };
    const first = await scoreDraws(design, part, { from: 0, to: Math.max(1, whole) }), preliminary = mean(first);
    if (preliminary < bar) return { outraced: preliminary };
    const rest = await scoreDraws(design, evaluation, { from: whole, to: repeats });
    return { score: mean([...first.slice(0, whole), ...rest]), parts: { [PRELIMINARY]: preliminary } };
  };
}

const valueOf = ({ value }: Score): number => value;

/** The screens of a configuration's cascade. Throws UnknownProxyError for a proxy that evaluates the network. */
export function screensOf(config: SearchConfig): readonly Screen[] {
  const form = scoredForm(config);
  return (config.cascade ?? []).map(({ proxy: name, share }) => {
    const proxy = proxyNamed(name), settings = { ...settingsOf(config, variantOf(proxy)), draw: 0 };
    if (!proxy.count) {
      const free = [...proxies.values()].filter(({ count }) => count).map((one) => one.name);
      throw new UnknownProxyError("a proxy that only counts, to screen by it,", { got: name, known: free });
    }
    return { name, share, measure: (structure) => proxy.count!(structureDesign(structure, form), settings) };
  });
}
