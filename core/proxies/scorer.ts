/** Scores a search's candidates by its configuration's proxy. */
import type { Backend } from "../backend.ts";
import type { Scorer, SearchConfig } from "../search/mod.ts";
import { structureDesign } from "./design.ts";
import { evaluateRepeatedly } from "./evaluate.ts";
import { proxyNamed, variantOf } from "./registry.ts";

/**
 * The scorer of a configuration: the mean over its repeats, without residual links and by the run's own seed, so that
 * `zen score` with that seed gives the same number. Throws UnknownProxyError for an unknown proxy or variant.
 */
export function scorerOf(config: SearchConfig, backend?: Backend): Scorer {
  const proxy = proxyNamed(config.proxy);
  const { batch, gamma, seed, resolution, classes, squeezeExcite, repeats } = config;
  const form = { resolution, classes, squeezeExcite, residualLinks: false };
  const fixed = { fill: "gaussian", weights: "unit", labels: "random" } as const;
  const settings = { batch, gamma, seed, variant: variantOf(proxy, config.variant), ...fixed };
  const evaluation = { proxy, settings, repeats, ...(backend && { backend }) };
  return async (structure) => (await evaluateRepeatedly(structureDesign(structure, form), evaluation)).mean;
}
