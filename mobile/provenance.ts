/** What an exported file tells of itself: which network it holds, and how it was made. */
import { z } from "npm:zod@4.6.7";
import { type Precision, precisions } from "../core/graph/precision.ts";
import type { Normalization } from "../core/images/mod.ts";
import type { NetworkOrigin } from "./network/network.ts";
import type { LiteFile } from "./tflite/file.ts";

/** The name of the metadata entry that holds a file's provenance, in JSON. */
export const PROVENANCE_ENTRY = "zennas.provenance";
/** The name of the metadata entry that holds the classes' names, one a line. */
export const LABELS_ENTRY = "zennas.labels";

const measured = z.strictObject({
  data: z.string(),
  split: z.string(),
  normalize: z.string(),
  images: z.int().positive(),
  right: z.int().nonnegative(),
});

const trained = z.strictObject({
  weights: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  evaluation: measured.nullable(),
});

const channels = z.tuple([z.number(), z.number(), z.number()]);

const schema = z.strictObject({
  producer: z.string(),
  structure: z.string(),
  form: z.strictObject({
    classes: z.int().positive(),
    resolution: z.int().positive(),
    squeezeExcite: z.boolean(),
    residualLinks: z.boolean(),
  }),
  parameters: z.union([z.literal("filling rule trained"), trained]),
  precision: z.enum(precisions),
  calibration: z.string().nullable(),
  keep: z.array(z.string()).default([]),
  softmax: z.boolean(),
  pixels: z.strictObject({ mean: channels, std: channels }).nullable().default(null),
});

/** Which network a file holds, and how it was made. */
export interface Provenance extends NetworkOrigin {
  /** The program and its version. */
  readonly producer: string;
  /** How numbers are stored. */
  readonly precision: Precision;
  /** What was calibrated on, where anything was. */
  readonly calibration: string | null;
  /** Patterns of the layers that stayed in float32. */
  readonly keep: readonly string[];
  /** Whether the output is probabilities. */
  readonly softmax: boolean;
  /** What the file normalises pixels of 0 … 1 by itself; null where callers do. */
  readonly pixels: Normalization | null;
}

/** The provenance in a metadata entry, or undefined where there is none that this version understands. */
export function parseProvenance(entry: Uint8Array | undefined): Provenance | undefined {
  if (!entry) return undefined;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(entry)));
  } catch {
    return undefined;
  }
}

/** The classes' names in a file's metadata; none where it has none. */
export function labelsOf({ metadata }: Pick<LiteFile, "metadata">): readonly string[] {
  const entry = metadata[LABELS_ENTRY];
  return entry ? new TextDecoder().decode(entry).split("\n") : [];
}
