/** Layers that stay in float32 while the others are stored in fewer bits. */
import { MobileError } from "../../errors.ts";
import type { LiteModel, LiteOperator } from "../model.ts";
import { isLayer } from "./layers.ts";

const WEIGHT = "/weight";
/** How many names a message lists. */
const MOST_LISTED = 5;

/** The name of a layer, which is that of its parameters without their last part. */
export function layerName({ tensors }: Pick<LiteModel, "tensors">, { inputs }: LiteOperator): string {
  return tensors[inputs[1]!]!.name.slice(0, -WEIGHT.length);
}

/** A pattern in which `*` stands for any text, dots among it. */
function matcher(pattern: string): RegExp {
  return new RegExp(`^${pattern.split("*").map((part) => RegExp.escape(part)).join(".*")}$`);
}

/**
 * The layers whose name, or whose weight's name, matches one of the patterns; `*` stands for any text. Throws MobileError
 * EXPORT_NO_LAYER for a pattern that matches none.
 */
export function keptLayers(model: LiteModel, patterns: readonly string[]): ReadonlySet<LiteOperator> {
  const layers = model.operators.filter(isLayer), names = layers.map((layer) => layerName(model, layer));
  const kept = patterns.flatMap((pattern) => {
    const match = matcher(pattern);
    const found = layers.filter((_, at) => match.test(names[at]!) || match.test(`${names[at]}.weight`));
    if (found.length > 0) return found;
    const some = `${names.slice(0, MOST_LISTED).join(", ")}${names.length > MOST_LISTED ? ", …" : ""}`;
    const message = `Cannot keep layers in float32 as a pattern must match one of ${names.length} (${some})`;
    throw new MobileError("EXPORT_NO_LAYER", `${message}: got ${pattern}`, { data: { pattern, layers: names } });
  });
  return new Set(kept);
}
