/** What `zen analyze` does. */
import {
  type NetworkForm,
  printStructure,
  referenceCost,
  splitStructure,
  trueCost,
} from "../../core/networks/masternet/mod.ts";
import type { AnalyzeOptions } from "../commands/analyze.ts";
import { formOf } from "../form_options.ts";
import { collectStructures, type NamedStructure } from "../structures.ts";
import { grouped, print, printFields, printJson } from "../terminal.ts";

/** What is known of a structure in a form, under the names that scripts rely on. */
function analysis({ text, structure }: NamedStructure, form: NetworkForm) {
  const { layers, parameters, macs, peakActivationBytes } = trueCost(structure, form);
  const reference = referenceCost(structure, form);
  return {
    structure: text,
    canonical: printStructure(structure),
    split: printStructure(splitStructure(structure)),
    layers,
    parameters,
    macs,
    peak_activation_bytes: peakActivationBytes,
    reference: { params: reference.parameters, flops: reference.macs },
  };
}

/** Counts and prints each structure. Throws UsageError, StructureSyntaxError, ShapeError. */
export async function analyze(texts: string[], options: AnalyzeOptions): Promise<void> {
  const form = formOf(options, options.reslink);
  for (const named of await collectStructures(texts, options)) {
    const result = analysis(named, form);
    if (options.json) {
      printJson(result);
      continue;
    }
    print(result.canonical);
    printFields([
      ["  layers", result.layers],
      ["  parameters", grouped(result.parameters)],
      ["  multiply-adds", grouped(result.macs)],
      ["  peak activations", `${grouped(result.peak_activation_bytes)} bytes`],
      ["  as Zen-NAS counts", `${grouped(result.reference.params)} params, ${grouped(result.reference.flops)} FLOPs`],
    ]);
  }
}
