/** Makes files that end in a softmax return their logits. */
import { MobileError } from "../errors.ts";
import { FlatTable } from "./flatbuffer.ts";
import { readLiteFile } from "./reader.ts";
import { FILE_IDENTIFIER, slots } from "./schema.ts";

/**
 * The positions in a file of the numbers that name the output tensor of its first graph: in the graph, and in its
 * signatures.
 */
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
 * Changes a file that ends in a softmax so that its output is the logits before the softmax. Logits show more than
 * probabilities: if one class is nearly certain, the probabilities of all others round to almost nothing. Throws
 * MobileError MODEL_PROVENANCE for files that do not end in a softmax, and MODEL_CORRUPT.
 */
export function withLogits(bytes: Uint8Array): Uint8Array {
  const { outputs, operators } = readLiteFile(bytes).graphs[0]!, last = operators.at(-1);
  if (last?.name !== "SOFTMAX" || outputs.length !== 1 || last.outputs[0] !== outputs[0]) {
    throw new MobileError(
      "MODEL_PROVENANCE",
      "Cannot read the output as probabilities as the model does not end in a softmax",
    );
  }
  const changed = bytes.slice(), view = new DataView(changed.buffer);
  for (const position of outputPositions(changed)) view.setInt32(position, last.inputs[0]!, true);
  return changed;
}
