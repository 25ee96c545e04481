/** A user's own benchmark: structures whose accuracy is known. */
import type { NetworkForm } from "../networks/masternet/mod.ts";
import { networkNamed } from "../networks/zoo/mod.ts";
import type { NetworkDesign } from "../networks/design.ts";
import type { Benchmark } from "./benchmark.ts";

/**
 * A benchmark of structures, or names of published ones, that are all built in one form. Throws StructureSyntaxError for a
 * text that is no structure, StructureChannelError for one whose channels do not chain.
 */
export function structureBenchmark(form: NetworkForm): Benchmark {
  const design = (text: string): NetworkDesign => networkNamed(text).design(form);
  return {
    name: "structures",
    classOf: (text) => design(text).text,
    design,
  };
}
