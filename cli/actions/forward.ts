/** What `zen forward` does. */
import { forward } from "../../core/networks/inference.ts";
import type { ForwardOptions } from "../commands/forward.ts";
import { openDevice } from "../device.ts";
import { formOf } from "../form_options.ts";
import { collectNetworks } from "../structures.ts";
import { print, printJson } from "../terminal.ts";

/** Runs each network once and prints its logits. Throws UsageError, StructureSyntaxError, ShapeError. */
export async function runForward(texts: string[], options: ForwardOptions): Promise<void> {
  const networks = await collectNetworks(texts, options);
  await using backend = await openDevice(options);
  const { batch, seed, fill } = options;
  const form = formOf(options, options.reslink);
  for (const network of networks) {
    const logits = await forward(network.design(form), { batch, seed, fill, backend });
    if (options.json) printJson({ logits: logits.map((row) => [...row]) });
    else for (const row of logits) print([...row].map((value) => value.toPrecision(6)).join(" "));
  }
}
