/** Writes a state dict as PyTorch does since 1.6: a zip with a pickle and one entry a tensor. */
import type { AtomicFile } from "../atomic_file.ts";
import { dtypes } from "../dtypes.ts";
import { PickleWriter } from "../pickle/writer.ts";
import type { StoredTensor } from "../stored_tensor.ts";
import { contiguousStrides } from "../view.ts";
import { ZipWriter } from "../zip/writer.ts";

/** The folder within the zip; PyTorch takes any. */
const FOLDER = "archive";
/** The version of the zip's content. */
const VERSION = "3\n";

function orderedDict(pickle: PickleWriter): PickleWriter {
  return pickle.global("collections", "OrderedDict").codes(")R");
}

/** A call that rebuilds a tensor. Types that have no storage of their own are stored untyped, and named. */
function tensor(pickle: PickleWriter, { dtype, shape, elements, bytes }: StoredTensor, key: string): void {
  const { storage, torch } = dtypes[dtype];
  pickle.global("torch._utils", storage ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3").codes("((").text("storage");
  if (storage) pickle.global("torch", storage);
  else pickle.global("torch.storage", "UntypedStorage");
  pickle.text(key).text("cpu").integer(storage ? elements : bytes).codes("tQ");
  orderedDict(pickle.integer(0).integers(shape).integers(contiguousStrides(shape)).false());
  if (!storage) pickle.global("torch", torch);
  pickle.codes("tR");
}

function stateDict(tensors: readonly StoredTensor[]): Uint8Array<ArrayBuffer> {
  const pickle = orderedDict(new PickleWriter()).codes("(");
  tensors.forEach((stored, index) => tensor(pickle.text(stored.name), stored, `${index}`));
  return pickle.codes("u").end();
}

/** Writes tensors as a file that `torch.load` opens, also with `weights_only`. */
export async function writeTorch(file: AtomicFile, tensors: readonly StoredTensor[]): Promise<void> {
  const zip = new ZipWriter(file), text = new TextEncoder();
  const whole = (name: string, bytes: Uint8Array) => zip.add(`${FOLDER}/${name}`, bytes.length, [bytes]);
  await whole("data.pkl", stateDict(tensors));
  await whole("byteorder", text.encode("little"));
  for (const [index, stored] of tensors.entries()) {
    await zip.add(`${FOLDER}/data/${index}`, stored.bytes, stored.chunks());
  }
  await whole("version", text.encode(VERSION));
  await zip.end();
}
