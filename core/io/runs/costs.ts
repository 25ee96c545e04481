/** What the candidates of a run cost. */
import { ShapeError } from "../../graph/shape.ts";
import {
  type Block,
  parseStructure,
  printStructure,
  type Structure,
  StructureSyntaxError,
  trueCost,
} from "../../networks/masternet/mod.ts";
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

/** Structures whose equal blocks are the same objects, for which costs of blocks are cached. */
export class StructureReader {
  readonly #blocks = new Map<string, Block>();

  /** Parses a structure. Throws StructureSyntaxError. */
  read(text: string): Structure {
    const structure = parseStructure(text);
    return { ...structure, blocks: structure.blocks.map((block) => this.#same(block)) };
  }

  #same(block: Block): Block {
    const text = printStructure({ blocks: [block] });
    const known = this.#blocks.get(text);
    if (!known) this.#blocks.set(text, block);
    return known ?? block;
  }
}

/**
 * Counts the structures of a search. Many are counted several times as fast as one by one, as the candidates of a search
 * share most of their blocks. The function throws StructureSyntaxError, and ShapeError where a structure cannot be counted.
 */
export function costCounter(config: SearchConfig): (structure: string) => CandidateCosts {
  const reader = new StructureReader(), form = networkForm(config);
  return (structure) => {
    const { parameters, macs, layers } = trueCost(reader.read(structure), form);
    return { parameters, macs, layers };
  };
}

/** As {@link costCounter}; null where a structure cannot be counted, such as one with blocks of a module not loaded. */
export function knownCostCounter(config: SearchConfig): (structure: string) => CandidateCosts | null {
  const count = costCounter(config);
  return (structure) => {
    try {
      return count(structure);
    } catch (error) {
      if (error instanceof StructureSyntaxError || error instanceof ShapeError) return null;
      throw error;
    }
  };
}
