/** Networks as TensorFlow Lite files. */
import type { Precision } from "../../core/graph/precision.ts";
import type { KnownNetwork } from "../network/network.ts";
import { simplify } from "../network/simplify.ts";
import { LABELS_ENTRY, type Provenance, PROVENANCE_ENTRY } from "../provenance.ts";
import { MobileError } from "../errors.ts";
import { lowerToLite } from "./lower.ts";
import type { LiteModel } from "./model.ts";
import { calibrate, type Calibration } from "./precision/calibrate.ts";
import { withAssociatedFile } from "./associated_file.ts";
import { LABELS_FILE, writeMetadata } from "./metadata.ts";
import { METADATA_ENTRY } from "./metadata_schema.ts";
import { type InputKind, withPixelInput } from "./pixel_input.ts";
import type { Normalization } from "../../core/images/mod.ts";
import { withDynamicRange } from "./precision/dynamic.ts";
import { withFloat16Weights } from "./precision/float16.ts";
import { keptLayers } from "./precision/keep.ts";
import { withInt8 } from "./precision/int8.ts";
import { writeLiteModel } from "./writer.ts";

/** A calibration, and a name for its images. */
export interface NamedCalibration extends Calibration {
  /** The name of the images, for the file's provenance. */
  readonly name: string;
}

/** How to export a network to TensorFlow Lite. */
export interface TfliteOptions {
  /** How numbers are stored. */
  readonly precision: Precision;
  /** The images from which the ranges of activations are measured; required for `int8`, not used otherwise. */
  readonly calibration?: NamedCalibration;
  /** Names of layers that stay in float32, as patterns in which `*` stands for any text; default: none. */
  readonly keep?: readonly string[];
  /** Whether the output is probabilities instead of logits; default: false. */
  readonly softmax?: boolean;
  /** The type of an `int8` model's input and output; default: float32. */
  readonly io?: "float" | "int8";
  /** What pixels were normalised by when it was trained, for the file's metadata; default: not known. */
  readonly normalization?: Normalization | undefined;
  /** What callers give; default: `normalized`. The others need `normalization`, which the model then does itself. */
  readonly input?: InputKind;
  /** The classes' names. */
  readonly labels?: readonly string[];
  /** The name of the exporting program, for the file's provenance. */
  readonly producer: string;
}

/** Quantises a model to 8-bit integers, with ranges from calibration. */
async function int8(
  network: KnownNetwork,
  model: LiteModel,
  { calibration, io = "float", keep = [] }: TfliteOptions,
): Promise<LiteModel> {
  if (!calibration) {
    throw new MobileError("EXPORT_CALIBRATION_MISSING", "Cannot export int8 as it needs images to calibrate on");
  }
  const kept = keptLayers(model, keep);
  return withInt8(model, { ranges: await calibrate(network, calibration), io, kept });
}

function inPrecision(network: KnownNetwork, model: LiteModel, options: TfliteOptions): LiteModel | Promise<LiteModel> {
  switch (options.precision) {
    case "f32":
      return model;
    case "f16":
      return withFloat16Weights(model, keptLayers(model, options.keep ?? []));
    case "dynamic":
      return withDynamicRange(model, keptLayers(model, options.keep ?? []));
    case "int8":
      return int8(network, model, options);
  }
}

const outputName = ({ softmax }: TfliteOptions): string => softmax ? "probabilities" : "logits";

/** The model with the input that the options ask for. Throws RangeError where it must normalise, and none is told by what. */
function takingInput(model: LiteModel, { input: kind = "normalized", normalization }: TfliteOptions): LiteModel {
  if (kind === "normalized") return model;
  if (normalization) return withPixelInput(model, { kind, normalization });
  throw new RangeError(`Cannot take ${kind} as it must be known what pixels are normalised by: got nothing`);
}

/**
 * A file's metadata: provenance, and the labels if there are any. Throws RangeError unless there is one label for each
 * class.
 */
export function metadataOf({ origin }: KnownNetwork, options: TfliteOptions): Record<string, Uint8Array> {
  const { precision, calibration, softmax = false, labels, producer, keep = [] } = options, { classes } = origin.form;
  const { normalization, input = "normalized" } = options, takesPixels = input !== "normalized";
  if (labels && labels.length !== classes) {
    throw new RangeError(`Cannot name ${classes} classes by as many labels: got ${labels.length}`);
  }
  const provenance: Provenance = {
    ...origin,
    producer,
    precision,
    calibration: calibration?.name ?? null,
    keep,
    softmax,
    pixels: takesPixels && normalization ? normalization : null,
  };
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return {
    [PROVENANCE_ENTRY]: encode(JSON.stringify(provenance)),
    [METADATA_ENTRY]: writeMetadata({
      name: origin.structure,
      input: "image",
      output: outputName(options),
      normalization: takesPixels ? { mean: [0, 0, 0], std: [1, 1, 1] } : normalization,
      isLabelled: labels !== undefined,
    }),
    ...(labels ? { [LABELS_ENTRY]: encode(labels.join("\n")) } : {}),
  };
}

/**
 * Exports a network as the bytes of a `.tflite` file. Normalisations are folded, activations are fused, and symmetric
 * padding is exact. The file has one signature, `serving_default`, from `image` to `logits` or `probabilities`. Throws
 * MobileError EXPORT_….
 *
 * @example
 * ```ts
 * import { networkNamed } from "@zennas/zennas";
 * import { exportTflite, filledNetwork } from "@zennas/zennas/mobile";
 * const design = networkNamed("SuperConvK3BNRELU(3,8,2,1)").design({ classes: 10 });
 * const network = filledNetwork(design);
 * const bytes = await exportTflite(network, { precision: "f16", producer: "example" });
 * if (new TextDecoder().decode(bytes.subarray(4, 8)) !== "TFL3") throw new Error();
 * ```
 */
export async function exportTflite(network: KnownNetwork, options: TfliteOptions): Promise<Uint8Array> {
  const simple = { ...simplify(network), origin: network.origin };
  const model = takingInput(await inPrecision(simple, lowerToLite(simple, options), options), options);
  const bytes = writeLiteModel(model, {
    metadata: metadataOf(network, options),
    signature: { input: "image", output: outputName(options) },
  });
  if (!options.labels) return bytes;
  const content = new TextEncoder().encode(`${options.labels.join("\n")}\n`);
  return withAssociatedFile(bytes, { name: LABELS_FILE, content });
}
