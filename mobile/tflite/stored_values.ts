/** The numbers that a file's constants and quantised tensors represent. */
import { MobileError } from "../errors.ts";
import type { FileQuantization, FileTensor } from "./file.ts";

/** The elements of each type that weights are stored in. */
const readers: Readonly<Record<string, (bytes: ArrayBuffer) => Float32Array>> = {
  FLOAT32: (bytes) => new Float32Array(bytes),
  FLOAT16: (bytes) => Float32Array.from(new Float16Array(bytes)),
  INT8: (bytes) => Float32Array.from(new Int8Array(bytes)),
};

/** A constant's elements as they are stored; throws MobileError MODEL_PROVENANCE for what no exporter of ours writes. */
export function storedValues({ name, type, data }: FileTensor): Float32Array {
  const read = readers[type];
  if (read && data) return read(new Uint8Array(data).buffer);
  throw new MobileError("MODEL_PROVENANCE", `Cannot read ${name} as a weight: got ${data ? type : "no values"}`);
}

/** What stored integers represent: `scale · (stored − zeroPoint)`, by channel where there are several scales. */
export function dequantize(
  values: Float32Array,
  { shape, quantization }: Pick<FileTensor, "shape" | "quantization">,
): Float32Array {
  if (!quantization) return values;
  const { scales, zeroPoints, axis } = quantization;
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  return values.map((value, index) => {
    const channel = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length;
    return (value - (zeroPoints[channel] ?? 0)) * scales[channel]!;
  });
}

/** Values as a tensor of 8 bits has them: rounded to its scale, and cut off at its range. */
export function roundedTo(values: Float32Array, { scales, zeroPoints }: FileQuantization): Float32Array {
  const scale = scales[0]!, zero = zeroPoints[0] ?? 0;
  return values.map((value) => (Math.max(-128, Math.min(127, Math.round(value / scale) + zero)) - zero) * scale);
}
