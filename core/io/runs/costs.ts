/** What the candidates of a run cost. */
import { ShapeError } from "../../graph/shape.ts";
import { parseStructure, StructureSyntaxError, trueCost } from "../../networks/masternet/mod.ts";
import { networkForm, type ScoredCandidate, type SearchConfig } from "../../search/mod.ts";

/** The true costs of a network, residual links included. */
export interface CandidateCosts {
  /** Learnable numbers. */
  readonly parameters: number;
  /** Multiply-adds of one image. */
  readonly macs: number;
  /** Layers, as `countLayers` counts them. */
  readonly layers: number;
}

/** A candidate with its true costs. */
export interface CostedCandidate extends ScoredCandidate, CandidateCosts {}

/** The costs of a structure in a search. Throws StructureSyntaxError, and ShapeError where it cannot be counted. */
export function candidateCosts(structure: string, config: SearchConfig): CandidateCosts {
  const { parameters, macs, layers } = trueCost(parseStructure(structure), networkForm(config));
  return { parameters, macs, layers };
}

/** As {@link candidateCosts}; null where it cannot be counted, as blocks from a module that is not loaded cannot be. */
export function knownCosts(structure: string, config: SearchConfig): CandidateCosts | null {
  try {
    return candidateCosts(structure, config);
  } catch (error) {
    if (error instanceof StructureSyntaxError || error instanceof ShapeError) return null;
    throw error;
  }
}
