/** Writes values that are in memory as files of weights. */
import type { Parameter } from "../../networks/layers.ts";
import { elementCount, type Shape, ShapeError } from "../../graph/shape.ts";
import { AtomicFile } from "./atomic_file.ts";
import { MemorySource } from "./byte_source.ts";
import { writtenFormat } from "./convert.ts";
import { inTorchOrder } from "./parameters.ts";
import { writeSafetensors } from "./safetensors/write.ts";
import { Storage, StoredTensor } from "./stored_tensor.ts";
import { writeTorch } from "./torch/write.ts";
import { contiguousStrides } from "./view.ts";

/** Float32 values in memory as a tensor that can be written. Throws ShapeError for another number of them. */
function tensorInMemory(name: string, values: Float32Array, shape: Shape): StoredTensor {
  if (values.length !== elementCount(shape)) {
    throw new ShapeError(`Cannot write ${name} as it is [${shape}]: got ${values.length} values`);
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const storage = new Storage(new MemorySource(bytes, name), { position: 0, bytes: bytes.length });
  return new StoredTensor({ name, dtype: "f32" }, storage, { offset: 0, shape, strides: contiguousStrides(shape) });
}

async function write(path: string, tensors: readonly StoredTensor[]): Promise<void> {
  const format = writtenFormat(path);
  using file = new AtomicFile(path);
  await (format === "safetensors" ? writeSafetensors : writeTorch)(file, tensors);
  file.commit();
}

/** Values by name, and the shape of each. */
export interface NamedValues {
  /** Row-major. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** All of these are written. */
  readonly shapes: Readonly<Record<string, Shape>>;
}

/**
 * Writes tensors as they are, in the format that the file's name tells. The file appears when it is whole. Throws
 * CheckpointError, ShapeError.
 */
export async function writeValues(path: string, { values, shapes }: NamedValues): Promise<void> {
  await write(path, Object.entries(shapes).map(([name, shape]) => tensorInMemory(name, values[name]!, shape)));
}

/**
 * Writes the values of a network's parameters as a state dict that its PyTorch original loads: what `readParameters` reads.
 * Convolutions are turned from `[o, h, w, i]` to PyTorch's `[o, i, h, w]`. The file appears when it is whole. Throws
 * CheckpointError, ShapeError.
 *
 * @example
 * ```ts
 * import { openCheckpoint, readParameters, writeParameters } from "@zennas/zennas";
 * const parameters = [{ name: "conv.weight", shape: [1, 1, 2, 2], role: "conv_weight" } as const];
 * const path = `${await Deno.makeTempDir()}/net.pth`;
 * await writeParameters(path, parameters, { "conv.weight": Float32Array.of(1, 2, 3, 4) });
 * using file = openCheckpoint(path);
 * if (file.tensors.get("conv.weight")!.toFloat32().join() !== "1,3,2,4") throw new Error();
 * if (readParameters(file, parameters)["conv.weight"]!.join() !== "1,2,3,4") throw new Error();
 * ```
 */
export async function writeParameters(
  path: string,
  parameters: readonly Parameter[],
  values: Readonly<Record<string, Float32Array>>,
): Promise<void> {
  await write(
    path,
    parameters.map((parameter) =>
      inTorchOrder(parameter, tensorInMemory(parameter.name, values[parameter.name]!, parameter.shape))
    ),
  );
}
