/**
 * Float16 weights, for half the size: weights are stored in float16, and a `DEQUANTIZE` operator before each layer
 * converts them to float32.
 */
import { MobileError } from "../../errors.ts";
import type { LiteModel, LiteOperator, LiteTensor } from "../model.ts";
import { floatData, isLayer } from "./layers.ts";

/** The largest finite float16. */
const LARGEST_FLOAT16 = 65_504;

function halved(name: string, values: Float32Array): Float16Array {
  const index = values.findIndex((value) => Math.abs(value) > LARGEST_FLOAT16);
  if (index < 0) return Float16Array.from(values);
  throw new MobileError(
    "EXPORT_F16_OVERFLOW",
    `Cannot store ${name} in float16 as value ${index} is ${values[index]}`,
    {
      data: { tensor: name, index, value: values[index] },
    },
  );
}

/**
 * Returns the model with float16 weights but those of the layers kept; it still computes in float32. Throws MobileError
 * EXPORT_F16_OVERFLOW.
 */
export function withFloat16Weights(model: LiteModel, kept: ReadonlySet<LiteOperator> = new Set()): LiteModel {
  const tensors: LiteTensor[] = [...model.tensors];
  const restored = (id: number): LiteOperator => {
    const { name, shape } = tensors[id]!, data = halved(name, floatData(tensors[id]!));
    const stored = tensors.push({ name: `${name}/float16`, shape, type: "FLOAT16", data }) - 1;
    tensors[id] = { name, shape, type: "FLOAT32" };
    return { name: "DEQUANTIZE", inputs: [stored], outputs: [id], options: { table: "DequantizeOptions" } };
  };
  const operators = model.operators.flatMap((operator) =>
    isLayer(operator) && !kept.has(operator) ? [restored(operator.inputs[1]!), operator] : [operator]
  );
  return { ...model, tensors, operators };
}
