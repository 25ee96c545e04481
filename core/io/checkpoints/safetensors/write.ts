/** Writes safetensors files. */
import type { AtomicFile } from "../atomic_file.ts";
import { dtypes } from "../dtypes.ts";
import type { StoredTensor } from "../stored_tensor.ts";

/** The header's length is a multiple of this, so that the tensors are aligned. */
const ALIGNMENT = 8;

/** The header; `order` is that of the bytes, the header's own order is that of the tensors. */
function headerOf(tensors: readonly StoredTensor[], order: readonly StoredTensor[]): Uint8Array {
  let end = 0;
  const offsets = new Map(order.map((tensor) => [tensor, [end, end += tensor.bytes]]));
  const fields = tensors.map((tensor) => {
    const { name, dtype, shape } = tensor;
    return [name, { dtype: dtypes[dtype].safetensors, shape, data_offsets: offsets.get(tensor) }] as const;
  });
  // Joined by hand: as keys of an object, names that are integers would come first, and __proto__ would be lost.
  const entries = fields.map(([name, record]) => `${JSON.stringify(name)}:${JSON.stringify(record)}`);
  const json = new TextEncoder().encode(`{${['"__metadata__":{"format":"pt"}', ...entries].join(",")}}`);
  const header = new Uint8Array(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  header.set(json);
  return header;
}

/** Writes tensors, those with wide elements first, so that all are aligned. */
export async function writeSafetensors(file: AtomicFile, tensors: readonly StoredTensor[]): Promise<void> {
  const order = tensors.toSorted((a, b) => dtypes[b.dtype].bytes - dtypes[a.dtype].bytes);
  const header = headerOf(tensors, order);
  await file.write(new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer));
  await file.write(header);
  for (const tensor of order) for (const chunk of tensor.chunks()) await file.write(chunk);
}
