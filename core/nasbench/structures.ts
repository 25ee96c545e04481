/** A user's own benchmark: structures whose accuracy is known. */
import { type NetworkForm, parseChainedStructure, printStructure } from "../networks/masternet/mod.ts";
import { structureDesign } from "../scoring/design.ts";
import type { Benchmark } from "./benchmark.ts";

/**
 * A benchmark of structures that are all built in one form. Throws StructureSyntaxError for a text that is no
 * structure, StructureChannelError for one whose channels do not chain.
 */
export function structureBenchmark(form: NetworkForm): Benchmark {
  return {
    name: "structures",
    classOf: (text) => printStructure(parseChainedStructure(text)),
    design: (text) => structureDesign(parseChainedStructure(text), form),
  };
}
