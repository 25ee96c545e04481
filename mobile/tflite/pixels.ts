/** What a file makes of pixels: how they are normalised before it takes them. */
import type { Normalization } from "../../core/images/mod.ts";
import type { FileTensor, LiteFile } from "./file.ts";
import { FlatTable } from "./flatbuffer.ts";
import { METADATA_ENTRY, METADATA_IDENTIFIER, metadataSlots, NORMALIZATION_UNIT } from "./metadata_schema.ts";

/** A normalisation of pixels from 0 to 1, and what of the file says so. */
export interface StatedNormalization {
  /** What pixels are normalised by. */
  readonly normalization: Normalization;
  /** What says so, in words. */
  readonly source: string;
}

/** Three values, of which a file has three or one. */
function channels(values: readonly number[]): readonly [number, number, number] | undefined {
  const [red, green = red, blue = red] = values;
  return red === undefined || green === undefined || blue === undefined ? undefined : [red, green, blue];
}

/** What an 8-bit input takes: the bytes of pixels themselves, shifted to −128 … 127 where it is signed. */
function ofBytes({ type, quantization }: FileTensor): StatedNormalization | undefined {
  const scale = quantization?.scales[0];
  if ((type !== "UINT8" && type !== "INT8") || scale === undefined) return undefined;
  const black = (quantization!.zeroPoints[0] ?? 0) + (type === "INT8" ? 128 : 0);
  const [mean, std] = [black / 255, 1 / (255 * scale)];
  return { normalization: { mean: [mean, mean, mean], std: [std, std, std] }, source: `its ${type} input` };
}

/** What `TFLITE_METADATA` says of the first input; its means and deviations are of pixels from 0 to 255. */
function ofMetadata({ metadata }: LiteFile): StatedNormalization | undefined {
  const entry = metadata[METADATA_ENTRY], at = metadataSlots;
  if (!entry) return undefined;
  const [graph] = FlatTable.root(entry, METADATA_IDENTIFIER).tables(at.ModelMetadata.subgraphs);
  const units = graph?.tables(at.SubGraphMetadata.inputs)[0]?.tables(at.TensorMetadata.processUnits) ?? [];
  const unit = units.find((each) => each.scalar(at.ProcessUnit.type, "uint8") === NORMALIZATION_UNIT);
  const options = unit?.table(at.ProcessUnit.options), { mean: means, std: stds } = at.NormalizationOptions;
  const [mean, std] = [means, stds].map((slot) =>
    channels((options?.scalars(slot, "float32") ?? []).map((value) => value / 255))
  );
  return mean && std && { normalization: { mean, std }, source: METADATA_ENTRY };
}

/**
 * How pixels are normalised for a file's first input, where the file says it: by the scale of an input of 8 bits, else by
 * its `TFLITE_METADATA`. Throws MobileError MODEL_CORRUPT.
 */
export function statedNormalization(file: LiteFile): StatedNormalization | undefined {
  const [graph] = file.graphs, input = graph?.tensors[graph.inputs[0] ?? -1];
  return (input && ofBytes(input)) ?? ofMetadata(file);
}
