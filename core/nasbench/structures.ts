/** A user's own benchmark: structures whose accuracy is known. */
import { type NetworkForm, parseChainedStructure, printStructure } from "../networks/masternet/mod.ts";
import { spelledStructure } from "../networks/zoo/mod.ts";
import { structureDesign } from "../scoring/design.ts";
import type { Benchmark } from "./benchmark.ts";

/**
 * A benchmark of structures, or names of published ones, that are all built in one form. Throws StructureSyntaxError for a
 * text that is no structure, StructureChannelError for one whose channels do not chain.
 */
export function structureBenchmark(form: NetworkForm): Benchmark {
  const structureOf = (text: string) => parseChainedStructure(spelledStructure(text));
  return {
    name: "structures",
    classOf: (text) => printStructure(structureOf(text)),
    design: (text) => structureDesign(structureOf(text), form),
  };
}
