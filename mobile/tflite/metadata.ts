/** Writes `TFLITE_METADATA`: what apps need to know to prepare an image and to name the classes. */
import { Builder, type Offset } from "npm:flatbuffers@25.9.23";
import type { Normalization } from "../../core/images/mod.ts";
import {
  AXIS_LABELS,
  FEATURE_CONTENT,
  IMAGE_CONTENT,
  METADATA_IDENTIFIER,
  metadataSlots,
  NORMALIZATION_UNIT,
  RGB,
} from "./metadata_schema.ts";

/** The name of the file of labels behind the model. */
export const LABELS_FILE = "labels.txt";

/** What is told of a model. */
export interface ModelFacts {
  /** The network. */
  readonly name: string;
  /** The names of its input and output. */
  readonly input: string;
  readonly output: string;
  /** What callers normalise pixels of 0 … 1 by; undefined where it is not known. */
  readonly normalization: Normalization | undefined;
  /** Whether there is a {@link LABELS_FILE}. */
  readonly isLabelled: boolean;
}

/** What a field holds. */
type FieldValue = readonly [type: "byte" | "offset", value: number];
type Table = keyof typeof metadataSlots;
type Fields<T extends Table> = {
  readonly [Name in keyof typeof metadataSlots[T]]?: FieldValue;
};

class MetadataWriter {
  readonly #builder = new Builder(1024);

  table<T extends Table>(name: T, fields: Fields<T>): Offset {
    const slots: Readonly<Record<string, number>> = metadataSlots[name];
    this.#builder.startObject(Math.max(...Object.values(slots)) + 1);
    for (const [field, [type, value]] of Object.entries(fields as Readonly<Record<string, FieldValue>>)) {
      if (type === "byte") this.#builder.addFieldInt8(slots[field]!, value, 0);
      else this.#builder.addFieldOffset(slots[field]!, value, 0);
    }
    return this.#builder.endObject();
  }

  text(text: string): Offset {
    return this.#builder.createString(text);
  }

  tables(offsets: readonly Offset[]): Offset {
    this.#builder.startVector(4, offsets.length, 4);
    for (const offset of offsets.toReversed()) this.#builder.addOffset(offset);
    return this.#builder.endVector();
  }

  floats(values: readonly number[]): Offset {
    this.#builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) this.#builder.addFloat32(value);
    return this.#builder.endVector();
  }

  finish(root: Offset): Uint8Array {
    this.#builder.finish(root, METADATA_IDENTIFIER);
    return this.#builder.asUint8Array().slice();
  }
}

/** Channels as apps want them: one value where all are the same. */
const merged = (values: readonly number[]): readonly number[] =>
  values.every((value) => value === values[0]) ? values.slice(0, 1) : values;

/** The process unit that normalises; means and deviations are of pixels from 0 to 255. */
function writeNormalization(writer: MetadataWriter, { mean, std }: Normalization): Offset {
  const options = writer.table("NormalizationOptions", {
    mean: ["offset", writer.floats(merged(mean.map((value) => 255 * value)))],
    std: ["offset", writer.floats(merged(std.map((value) => 255 * value)))],
  });
  const unit = writer.table("ProcessUnit", { type: ["byte", NORMALIZATION_UNIT], options: ["offset", options] });
  return writer.tables([unit]);
}

function writeInput(writer: MetadataWriter, { input, normalization }: ModelFacts): Offset {
  const image = writer.table("ImageProperties", { colorSpace: ["byte", RGB] });
  const content = writer.table("Content", { type: ["byte", IMAGE_CONTENT], properties: ["offset", image] });
  return writer.table("TensorMetadata", {
    name: ["offset", writer.text(input)],
    content: ["offset", content],
    ...(normalization && { processUnits: ["offset", writeNormalization(writer, normalization)] }),
  });
}

function writeOutput(writer: MetadataWriter, { output, isLabelled }: ModelFacts): Offset {
  const content = writer.table("Content", {
    type: ["byte", FEATURE_CONTENT],
    properties: ["offset", writer.table("ImageProperties", {})],
  });
  const labels = () =>
    writer.tables([
      writer.table("AssociatedFile", { name: ["offset", writer.text(LABELS_FILE)], type: ["byte", AXIS_LABELS] }),
    ]);
  return writer.table("TensorMetadata", {
    name: ["offset", writer.text(output)],
    content: ["offset", content],
    ...(isLabelled && { associatedFiles: ["offset", labels()] }),
  });
}

/** The bytes of the entry `TFLITE_METADATA`. */
export function writeMetadata(facts: ModelFacts): Uint8Array {
  const writer = new MetadataWriter();
  const graph = writer.table("SubGraphMetadata", {
    inputs: ["offset", writer.tables([writeInput(writer, facts)])],
    outputs: ["offset", writer.tables([writeOutput(writer, facts)])],
  });
  return writer.finish(writer.table("ModelMetadata", {
    name: ["offset", writer.text(facts.name)],
    subgraphs: ["offset", writer.tables([graph])],
    minParserVersion: ["offset", writer.text("1.0.0")],
  }));
}
