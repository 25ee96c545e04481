/** The classes' names in a file: its own entry, or the file of labels behind the model that `TFLITE_METADATA` names. */
import { labelsOf } from "../provenance.ts";
import { associatedFile } from "./associated_file.ts";
import { FlatTable } from "./flatbuffer.ts";
import type { LiteFile } from "./file.ts";
import { AXIS_LABELS, METADATA_ENTRY, METADATA_IDENTIFIER, metadataSlots } from "./metadata_schema.ts";

/** The name of the file with the names of the first output's classes. */
function labelsFileOf({ metadata }: LiteFile): string | undefined {
  const entry = metadata[METADATA_ENTRY], at = metadataSlots;
  if (!entry) return undefined;
  const [graph] = FlatTable.root(entry, METADATA_IDENTIFIER).tables(at.ModelMetadata.subgraphs);
  const files = graph?.tables(at.SubGraphMetadata.outputs)[0]?.tables(at.TensorMetadata.associatedFiles) ?? [];
  return files.find((file) => file.scalar(at.AssociatedFile.type, "uint8") === AXIS_LABELS)
    ?.string(at.AssociatedFile.name);
}

/** The names of a file's classes; none where it has none. `bytes` are those that `file` was read from. */
export function fileLabels(bytes: Uint8Array, file: LiteFile): readonly string[] {
  const own = labelsOf(file), name = labelsFileOf(file);
  if (own.length > 0 || name === undefined) return own;
  const content = associatedFile(bytes, name);
  return content ? new TextDecoder().decode(content).trimEnd().split(/\r?\n/) : [];
}
