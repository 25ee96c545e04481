/** A user's own benchmark: structures whose accuracy is known. */
import { type NetworkForm, parseStructure, printStructure } from "../networks/masternet/mod.ts";
import { structureDesign } from "../scoring/design.ts";
import type { Benchmark } from "./benchmark.ts";

/**
 * A benchmark of structures that are all built in one form. Throws StructureSyntaxError for a text that is no
 * structure.
 */
export function structureBenchmark(form: NetworkForm): Benchmark {
  return {
    name: "structures",
    classOf: (text) => printStructure(parseStructure(text)),
    design: (text) => structureDesign(parseStructure(text), form),
  };
}
