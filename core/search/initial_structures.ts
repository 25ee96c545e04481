/** Where a search starts, and whether it can. */
import { parseStructure, type Structure } from "../networks/masternet/mod.ts";
import { failsCandidate } from "../scoring/candidate_error.ts";
import { type Budget, excessOf } from "./budgets.ts";
import type { SearchConfig } from "./config.ts";
import { ConfigError, type ConfigProblem } from "../settings/config_error.ts";
import { replacementsOf, type Space } from "./space.ts";

/** The structures that a configuration's search starts from. */
export function initialStructures({ initialStructure }: Pick<SearchConfig, "initialStructure">): readonly Structure[] {
  return (typeof initialStructure === "string" ? [initialStructure] : initialStructure).map((text) =>
    parseStructure(text)
  );
}

/** What keeps a search from starting at a structure: what was expected, and what it is. */
function obstacle(
  structure: Structure,
  { space, budgets }: { readonly space: Space; readonly budgets: readonly Budget[] },
): Omit<ConfigProblem, "path"> | undefined {
  try {
    const excess = excessOf(structure, budgets);
    if (excess) return { expected: `${excess.budget} of at most ${excess.limit}`, got: `${excess.value}` };
    structure.blocks.forEach((_, index, blocks) => replacementsOf(space, blocks, index));
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError || failsCandidate(error))) throw error;
    return { expected: `a network that space ${space.name} can vary`, got: error.message };
  }
}

/**
 * Throws ConfigError that names each initial structure which is over a budget, or which the space cannot vary.
 *
 * @example
 * ```ts
 * import { budgetsOf, ConfigError, parseConfig, publishedSpaces, requireStart } from "@zennas/zennas";
 * const initialStructure = ["SuperConvK3BNRELU(3,8,1,1)", "SuperConvK3BNRELU(3,8,1,3)"];
 * const config = parseConfig({
 *   proxy: "params", space: "XXBL", initialStructure, resolution: 32, classes: 10, budgets: { layers: 2 },
 * });
 * try {
 *   requireStart(config, { space: publishedSpaces.XXBL, budgets: budgetsOf(config) });
 *   throw new Error("accepted");
 * } catch (error) {
 *   if (!(error instanceof ConfigError) || error.problems[0]?.path !== "initialStructure.1") throw error;
 * }
 * ```
 */
export function requireStart(
  config: SearchConfig,
  limits: { readonly space: Space; readonly budgets: readonly Budget[] },
): void {
  const structures = initialStructures(config);
  const problems = structures.flatMap((structure, index) => {
    const problem = obstacle(structure, limits);
    const path = structures.length > 1 ? `initialStructure.${index}` : "initialStructure";
    return problem ? [{ path, ...problem }] : [];
  });
  if (problems.length > 0) throw new ConfigError("settings", problems);
}
