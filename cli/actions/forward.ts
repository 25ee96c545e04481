/** What `zen forward` does. */
import { forward } from "../../core/networks/inference.ts";
import type { ForwardOptions } from "../commands/forward.ts";
import { openDevice } from "../device.ts";
import { formOf } from "../form_options.ts";
import { collectStructures } from "../structures.ts";
import { print, printJson } from "../terminal.ts";

/** Runs each structure once and prints its logits. Throws UsageError, StructureSyntaxError, ShapeError. */
export async function runForward(texts: string[], options: ForwardOptions): Promise<void> {
  const structures = await collectStructures(texts, options);
  await using backend = await openDevice(options);
  const { batch, seed, fill } = options;
  const form = formOf(options, options.reslink);
  for (const { structure } of structures) {
    const logits = await forward(structure, { form, batch, seed, fill, backend });
    if (options.json) printJson({ logits: logits.map((row) => [...row]) });
    else for (const row of logits) print([...row].map((value) => value.toPrecision(6)).join(" "));
  }
}
