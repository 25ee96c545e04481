/** Small searches for tests. */
import {
  type EvolutionOptions,
  evolve,
  parseStructure,
  type Proposal,
  publishedSpaces,
  referenceCost,
  type SearchOutcome,
  type Structure,
} from "@zennas/zennas";

/** The initial structure of the CIFAR presets. */
export const initial: Structure = parseStructure(
  "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperResK3K3(16,32,2,16,1)SuperResK3K3(32,64,2,32,1)" +
    "SuperResK3K3(64,64,2,32,1)SuperConvK1BNRELU(64,128,1,1)",
);

const FORM = { classes: 100, resolution: 32 };

/** Parameters as the reference counts them. */
export function params(structure: Structure): number {
  return referenceCost(structure, FORM).parameters;
}

/** A search by parameters below 300,000 that rejects, duplicates and evolves within a few hundred proposals. */
export function smallSearch(over: Partial<EvolutionOptions> = {}): EvolutionOptions {
  return {
    space: publishedSpaces.XXBL,
    initial: [initial],
    budgets: [{ name: "params", limit: 300_000, measure: params }],
    population: 24,
    window: 8,
    seed: 3,
    maxProposals: 300,
    score: (structure) => Promise.resolve(params(structure)),
    ...over,
  };
}

/** Runs a search and keeps what it records. */
export async function journalOf(
  options: EvolutionOptions,
): Promise<{ readonly journal: readonly Proposal[]; readonly outcome: SearchOutcome }> {
  const journal: Proposal[] = [];
  const record = (proposal: Proposal) => {
    journal.push(proposal);
    return undefined;
  };
  return { outcome: await evolve({ ...options, record }), journal };
}
