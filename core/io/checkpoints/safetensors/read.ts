/** Reads safetensors files: 8 bytes with the header's length, the header, then the tensors without gaps. */
import { elementCount } from "../../../graph/shape.ts";
import { bytesAt, type ByteSource, refuse, uint64, viewAt } from "../byte_source.ts";
import { dtypeNamed, dtypes } from "../dtypes.ts";
import { shown } from "../error.ts";
import { MOST_DIRECTORY_BYTES } from "../limits.ts";
import { Storage, StoredTensor } from "../stored_tensor.ts";
import { contiguousStrides } from "../view.ts";
import { parseHeader, type TensorRecord } from "./header.ts";

/** Throws where tensors leave gaps or overlap, or do not end where the file ends. */
function checkContiguous(source: ByteSource, records: readonly TensorRecord[], bytes: number): void {
  let end = 0;
  for (
    const { name, offsets: [start, next] } of records.toSorted((a, b) =>
      a.offsets[0]! - b.offsets[0]! || a.offsets[1]! - b.offsets[1]!
    )
  ) {
    if (start !== end) {
      refuse(source, "corrupt", `${shown(name)} starts where the one before ends: got ${start}`, [name]);
    }
    end = next!;
  }
  const kind = end > bytes ? "truncated" : "corrupt";
  if (end !== bytes) refuse(source, kind, `its tensors have ${end} bytes: got ${bytes}`);
}

function storedTensor(source: ByteSource, record: TensorRecord, start: number): StoredTensor {
  const { name, shape, offsets } = record, dtype = dtypeNamed("safetensors", record.dtype);
  if (!dtype) refuse(source, "dtype", `elements are real numbers of 8 to 64 bits: got ${shown(record.dtype)}`, [name]);
  const bytes = offsets[1]! - offsets[0]!;
  if (elementCount(shape) * dtypes[dtype].bytes !== bytes) {
    refuse(source, "corrupt", `${dtype} [${shape.join(", ")}] of ${shown(name)} fills its bytes: got ${bytes}`, [name]);
  }
  const storage = new Storage(source, { position: start + offsets[0]!, bytes });
  return new StoredTensor({ name, dtype }, storage, { offset: 0, shape, strides: contiguousStrides(shape) });
}

/** The tensors of a safetensors file, in the header's order. Throws CheckpointError. */
export function readSafetensors(source: ByteSource): readonly StoredTensor[] {
  const length = uint64(source, viewAt(source, 0, 8), 0);
  if (length > source.bytes - 8) refuse(source, "truncated", `its header has ${length} bytes: got ${source.bytes - 8}`);
  if (length > MOST_DIRECTORY_BYTES) {
    refuse(source, "too-large", `its header has at most ${MOST_DIRECTORY_BYTES} bytes: got ${length}`);
  }
  const records = parseHeader(source, bytesAt(source, 8, length)), start = 8 + length;
  const tensors = records.map((record) => storedTensor(source, record, start));
  checkContiguous(source, records, source.bytes - start);
  return tensors;
}
