/** Puts the tensors of a state dict together with the storages of the file. */
import { type ByteSource, refuse } from "../byte_source.ts";
import { dtypes } from "../dtypes.ts";
import { shown } from "../error.ts";
import { type Storage, StoredTensor } from "../stored_tensor.ts";
import type { RebuiltTensor, StorageReference } from "./rebuilt.ts";
import type { StateDict } from "./state_dict.ts";

/** The tensors of a PyTorch file. */
export interface TorchContent {
  /** The key that the state dict stands under, if it is not the whole file. */
  readonly key: string | undefined;
  readonly tensors: readonly StoredTensor[];
}

/** The tensors of a state dict; `find` gives the storage that a reference means. Throws CheckpointError. */
export function torchTensors(
  source: ByteSource,
  { key, tensors }: StateDict,
  find: (reference: StorageReference) => Storage | undefined,
): TorchContent {
  const stored = [...tensors].map(([name, tensor]) => storedTensor(source, { name, tensor }, find));
  return { key, tensors: stored };
}

function storedTensor(
  source: ByteSource,
  { name, tensor }: { readonly name: string; readonly tensor: RebuiltTensor },
  find: (reference: StorageReference) => Storage | undefined,
): StoredTensor {
  const { storage: reference, dtype, view } = tensor, storage = find(reference);
  if (!storage) return refuse(source, "truncated", `it has a storage for ${shown(name)}: got none`, [name]);
  const bytes = (reference.start + reference.elements) * (reference.dtype ? dtypes[reference.dtype].bytes : 1);
  if (!(bytes <= storage.bytes)) {
    refuse(source, "truncated", `the storage of ${shown(name)} has ${bytes} bytes: got ${storage.bytes}`, [name]);
  }
  return new StoredTensor({ name, dtype }, storage, { ...view, offset: view.offset + reference.start });
}
