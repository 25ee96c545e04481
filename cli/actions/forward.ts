/** What `zen forward` does. */
import { forward } from "../../core/networks/inference.ts";
import type { ForwardOptions } from "../commands/forward.ts";
import { openDevice } from "../device.ts";
import { UsageError } from "../errors.ts";
import { formOf } from "../form_options.ts";
import { collectNetworks } from "../structures.ts";
import { print, printJson } from "../terminal.ts";
import { openWeights } from "../weights/open.ts";

/** Runs each network once and prints its logits. Throws UsageError, StructureSyntaxError, ShapeError. */
export async function runForward(texts: string[], options: ForwardOptions): Promise<void> {
  const networks = await collectNetworks(texts, options);
  const many = networks.length > 1 && options.weights !== undefined;
  if (many) throw new UsageError(`Cannot take one file of weights for ${networks.length} networks: give one network`);
  await using backend = await openDevice(options);
  const { batch, seed, fill } = options;
  const form = formOf(options, options.reslink);
  for (const network of networks) {
    const design = network.design(form);
    using weights = await openWeights({ ...options, network: design.text });
    const logits = await forward(design, { batch, seed, fill, backend, values: weights?.values });
    if (options.json) printJson({ logits: logits.map((row) => [...row]) });
    else for (const row of logits) print([...row].map((value) => value.toPrecision(6)).join(" "));
  }
}
