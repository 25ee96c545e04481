/** PyTorch's files since 1.6: a zip with a pickle and one entry a storage. */
import { ByteCursor } from "../byte_cursor.ts";
import { type ByteSource, refuse } from "../byte_source.ts";
import { shown } from "../error.ts";
import { PickleMachine } from "../pickle/machine.ts";
import type { Storage } from "../stored_tensor.ts";
import { readZipDirectory } from "../zip/directory.ts";
import { torchPickles } from "./globals.ts";
import { findStateDict } from "./state_dict.ts";
import { type TorchContent, torchTensors } from "./tensors.ts";

type Entries = ReturnType<typeof readZipDirectory>;

/** The folder within the zip that holds everything. */
function folderOf(source: ByteSource, entries: Entries): string {
  const pickles = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickles.length === 1) return pickles[0]!.slice(0, -"data.pkl".length);
  const got = [...entries.keys()].slice(0, 5).map(shown).join(", ");
  return refuse(
    source,
    "format",
    `a PyTorch file contains one data.pkl: got ${pickles.length} among ${got || "nothing"}`,
  );
}

/** The bytes of a small entry. */
function contentOf(storage: Storage): Uint8Array {
  const bytes = new Uint8Array(Math.min(storage.bytes, 64));
  storage.read(0, bytes);
  return bytes;
}

function checkByteOrder(source: ByteSource, entry: Storage | undefined): void {
  const order = entry ? new TextDecoder().decode(contentOf(entry)).trim() : "little";
  if (order !== "little") refuse(source, "unsupported", `numbers are little-endian: got ${shown(order)}`);
}

/** The tensors of a zip of PyTorch's. Throws CheckpointError. */
export function readTorchZip(source: ByteSource): TorchContent {
  const entries = readZipDirectory(source), folder = folderOf(source, entries);
  checkByteOrder(source, entries.get(`${folder}byteorder`)?.storage);
  const { position, storage: pickle } = entries.get(`${folder}data.pkl`)!;
  pickle.verify();
  const cursor = new ByteCursor(source, { start: position, end: position + pickle.bytes });
  const state = findStateDict(source, new PickleMachine(cursor, torchPickles(source)).run());
  return torchTensors(source, state, ({ key }) => entries.get(`${folder}data/${key}`)?.storage);
}
