/**
 * The tables of `TFLITE_METADATA`, the entry that tells apps how to prepare a model's input and what its output means.
 *
 * Copied by hand from TensorFlow Lite Support's metadata_schema.fbs (Copyright The TensorFlow Authors, Apache-2.0).
 */

/** The name of the entry. */
export const METADATA_ENTRY = "TFLITE_METADATA";
/** The identifier in bytes 4 to 7 of the entry. */
export const METADATA_IDENTIFIER = "M001";

/** The member of the union of process units that normalises. */
export const NORMALIZATION_UNIT = 1;
/** The member of the union of contents that is an image, and its colour space red, green, blue. */
export const IMAGE_CONTENT = 2, RGB = 1;
/** The member of the union of contents that is a list of numbers, such as one a class. */
export const FEATURE_CONTENT = 1;
/** What an associated file holds: names of the entries of a tensor's last axis. */
export const AXIS_LABELS = 2;

/** The slots of fields, by table. */
export const metadataSlots = {
  ModelMetadata: { name: 0, subgraphs: 3, minParserVersion: 7 },
  SubGraphMetadata: { inputs: 2, outputs: 3 },
  TensorMetadata: { name: 0, content: 3, processUnits: 4, associatedFiles: 6 },
  Content: { type: 0, properties: 1 },
  ImageProperties: { colorSpace: 0 },
  ProcessUnit: { type: 0, options: 1 },
  NormalizationOptions: { mean: 0, std: 1 },
  AssociatedFile: { name: 0, type: 2 },
} as const;
