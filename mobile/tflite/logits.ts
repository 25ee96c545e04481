/** The logits of files that end in a softmax. */
import { MobileError } from "../errors.ts";
import { FlatTable } from "./flatbuffer.ts";
import { readLiteFile } from "./reader.ts";
import { FILE_IDENTIFIER, slots } from "./schema.ts";

/** Where a file says which tensors are the output of its first graph: there, and in its signatures. */
function outputPositions(bytes: Uint8Array): readonly number[] {
  const model = FlatTable.root(bytes, FILE_IDENTIFIER);
  const [graph] = model.tables(slots.Model.subgraphs);
  const ports = model.tables(slots.Model.signatureDefs).flatMap((table) => table.tables(slots.SignatureDef.outputs));
  return [
    graph!.vectorPosition(slots.SubGraph.outputs),
    ...ports.map((port) => port.numberPosition(slots.TensorMap.tensorIndex)),
  ];
}

/**
 * A file that ends in a softmax, with the logits before it as its output. Probabilities tell little of what comes before:
 * next to a class that is certain, nothing is left of the others. Throws MobileError MODEL_PROVENANCE for files that end in
 * anything else, MODEL_CORRUPT.
 */
export function withLogits(bytes: Uint8Array): Uint8Array {
  const { outputs, operators } = readLiteFile(bytes).graphs[0]!, last = operators.at(-1);
  if (last?.name !== "SOFTMAX" || outputs.length !== 1 || last.outputs[0] !== outputs[0]) {
    throw new MobileError("MODEL_PROVENANCE", "Cannot take the model's output for probabilities as no softmax ends it");
  }
  const changed = bytes.slice(), view = new DataView(changed.buffer);
  for (const position of outputPositions(changed)) view.setInt32(position, last.inputs[0]!, true);
  return changed;
}
