/** What `zen analyze` does. */
import { designCost } from "../../core/networks/design.ts";
import { printStructure, splitStructure } from "../../core/networks/masternet/mod.ts";
import type { AskedForm, NamedNetwork } from "../../core/networks/zoo/mod.ts";
import type { AnalyzeOptions } from "../commands/analyze.ts";
import { formOf } from "../form_options.ts";
import { collectNetworks } from "../structures.ts";
import { grouped, print, printFields, printJson } from "../terminal.ts";

/** What is known of a network in a form, under the names that scripts rely on; Zen-NAS counts structures alone. */
function analysis({ text, structure, design }: NamedNetwork, form: AskedForm) {
  const network = design(form), { layers, parameters, macs, peakActivationBytes } = designCost(network);
  const reference = structure ? network.cost() : undefined;
  return {
    structure: text,
    canonical: network.text,
    form: network.form,
    split: structure ? printStructure(splitStructure(structure)) : network.text,
    layers,
    parameters,
    macs,
    peak_activation_bytes: peakActivationBytes,
    reference: reference ? { params: reference.parameters, flops: reference.macs } : null,
  };
}

/** Counts and prints each network. Throws UsageError, StructureSyntaxError, ShapeError. */
export async function analyze(texts: string[], options: AnalyzeOptions): Promise<void> {
  const form = formOf(options, options.reslink);
  for (const named of await collectNetworks(texts, options)) {
    const result = analysis(named, form);
    if (options.json) {
      printJson(result);
      continue;
    }
    const { reference, form: { resolution, classes, squeezeExcite } } = result;
    print(result.canonical);
    printFields([
      ["  form", `${resolution} × ${resolution}, ${classes} classes${squeezeExcite ? ", squeeze-and-excitation" : ""}`],
      ["  layers", result.layers],
      ["  parameters", grouped(result.parameters)],
      ["  multiply-adds", grouped(result.macs)],
      ["  peak activations", `${grouped(result.peak_activation_bytes)} bytes`],
      ...(reference
        ? [["  as Zen-NAS counts", `${grouped(reference.params)} params, ${grouped(reference.flops)} FLOPs`] as const]
        : []),
    ]);
  }
}
