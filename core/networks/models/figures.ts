/** Published figures of models. */
import type { PublishedFigures } from "../zoo/entry.ts";

/** What is known of a model; latencies seldom are. */
export type KnownFigures = Pick<PublishedFigures, "params" | "flops" | "top1Percent"> & Partial<PublishedFigures>;

/** Figures with null for what was not published. */
export function figures(known: KnownFigures): PublishedFigures {
  return { v100MsPerImage: null, t4MsPerImage: null, pixel2Ms: null, ...known };
}
