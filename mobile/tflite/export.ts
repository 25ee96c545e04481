/** Networks as TensorFlow Lite files. */
import type { KnownNetwork } from "../network/network.ts";
import { simplify } from "../network/simplify.ts";
import { LABELS_ENTRY, type Precision, type Provenance, PROVENANCE_ENTRY } from "../provenance.ts";
import { MobileError } from "../errors.ts";
import { lowerToLite } from "./lower.ts";
import type { LiteModel } from "./model.ts";
import { calibrate, type Calibration } from "./precision/calibrate.ts";
import { withDynamicRange } from "./precision/dynamic.ts";
import { withFloat16Weights } from "./precision/float16.ts";
import { withInt8 } from "./precision/int8.ts";
import { writeLiteModel } from "./writer.ts";

/** What to calibrate on, and what to call it. */
export interface NamedCalibration extends Calibration {
  /** What the images are, for the file's provenance. */
  readonly name: string;
}

/** How to export a network to TensorFlow Lite. */
export interface TfliteOptions {
  /** How numbers are stored. */
  readonly precision: Precision;
  /** What to take the ranges of activations from; `int8` needs it, nothing else does. */
  readonly calibration?: NamedCalibration;
  /** Whether the result is probabilities rather than logits; no unless told. */
  readonly softmax?: boolean;
  /** What callers of an `int8` model give and get; float32 unless told. */
  readonly io?: "float" | "int8";
  /** The classes' names. */
  readonly labels?: readonly string[];
  /** The program that exports, for the file's provenance. */
  readonly producer: string;
}

/** A calibrated model in 8-bit integers. */
async function int8(
  network: KnownNetwork,
  model: LiteModel,
  { calibration, io = "float" }: TfliteOptions,
): Promise<LiteModel> {
  if (!calibration) {
    throw new MobileError("EXPORT_CALIBRATION_MISSING", "Cannot export int8 as it needs images to calibrate on");
  }
  return withInt8(model, { ranges: await calibrate(network, calibration), io });
}

function inPrecision(network: KnownNetwork, model: LiteModel, options: TfliteOptions): LiteModel | Promise<LiteModel> {
  switch (options.precision) {
    case "f32":
      return model;
    case "f16":
      return withFloat16Weights(model);
    case "dynamic":
      return withDynamicRange(model);
    case "int8":
      return int8(network, model, options);
  }
}

/** A file's metadata: provenance, and labels where there are any. Throws RangeError for labels that are not one a class. */
export function metadataOf({ origin }: KnownNetwork, options: TfliteOptions): Record<string, Uint8Array> {
  const { precision, calibration, softmax = false, labels, producer } = options, { classes } = origin.form;
  if (labels && labels.length !== classes) {
    throw new RangeError(`Cannot name ${classes} classes by as many labels: got ${labels.length}`);
  }
  const provenance: Provenance = { ...origin, producer, precision, calibration: calibration?.name ?? null, softmax };
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return {
    [PROVENANCE_ENTRY]: encode(JSON.stringify(provenance)),
    ...(labels ? { [LABELS_ENTRY]: encode(labels.join("\n")) } : {}),
  };
}

/**
 * A network as the bytes of a `.tflite` file: normalisations folded, activations fused, symmetric padding exact, one
 * signature `serving_default` from `image` to `logits` or `probabilities`. Throws MobileError EXPORT_….
 *
 * @example
 * ```ts
 * import { parseStructure } from "@zennas/zennas";
 * import { exportTflite, filledNetwork } from "@zennas/zennas/mobile";
 * const structure = parseStructure("SuperConvK3BNRELU(3,8,2,1)");
 * const network = filledNetwork(structure, { resolution: 32, classes: 10 });
 * const bytes = await exportTflite(network, { precision: "f16", producer: "example" });
 * if (new TextDecoder().decode(bytes.subarray(4, 8)) !== "TFL3") throw new Error();
 * ```
 */
export async function exportTflite(network: KnownNetwork, options: TfliteOptions): Promise<Uint8Array> {
  const simple = { ...simplify(network), origin: network.origin };
  const model = await inPrecision(simple, lowerToLite(simple, options), options);
  return writeLiteModel(model, {
    metadata: metadataOf(network, options),
    signature: { input: "image", output: options.softmax ? "probabilities" : "logits" },
  });
}
