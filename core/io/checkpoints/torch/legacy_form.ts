/**
 * PyTorch's files before 1.6: five pickles (a magic number, the protocol, the writer's machine, the content, the keys of
 * its storages), then every storage: its number of elements in 64 bits, and its bytes.
 */
import { ByteCursor } from "../byte_cursor.ts";
import { type ByteSource, refuse, uint64, viewAt } from "../byte_source.ts";
import { dtypes } from "../dtypes.ts";
import { shown } from "../error.ts";
import { MOST_TENSORS } from "../limits.ts";
import { PickleMachine } from "../pickle/machine.ts";
import type { PickleValue } from "../pickle/values.ts";
import { Storage } from "../stored_tensor.ts";
import { torchPickles } from "./globals.ts";
import { StorageReference } from "./rebuilt.ts";
import { findStateDict } from "./state_dict.ts";
import { type TorchContent, torchTensors } from "./tensors.ts";

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** Reads the pickles before the content, each checked before the next is read. */
function checkHeads(source: ByteSource, read: () => PickleValue): void {
  if (read() !== MAGIC_NUMBER) {
    refuse(source, "format", "a PyTorch file starts with its magic number: got another pickle");
  }
  const protocol = read();
  if (protocol !== PROTOCOL) {
    refuse(
      source,
      "unsupported",
      `PyTorch's protocol is ${PROTOCOL}: got ${typeof protocol === "number" ? protocol : "another"}`,
    );
  }
  const machine = read(), little = machine instanceof Map ? machine.get("little_endian") : undefined;
  if (little !== true) refuse(source, "unsupported", "numbers are little-endian: got big-endian ones");
}

/** Storages in the order of their keys, each behind the number of its elements. */
function readStorages(
  source: ByteSource,
  { keys, known, start }: { keys: PickleValue; known: ReadonlyMap<string, StorageReference>; start: number },
): Map<string, Storage> {
  if (!Array.isArray(keys) || keys.length > MOST_TENSORS) {
    return refuse(source, "corrupt", "its storages have a list of keys: got something else");
  }
  const storages = new Map<string, Storage>();
  let position = start;
  for (const key of keys) {
    const reference = typeof key === "string" ? known.get(key) : undefined;
    if (!reference) return refuse(source, "corrupt", "every storage belongs to a tensor: got one that does not");
    const elements = uint64(source, viewAt(source, position, 8), 0);
    const bytes = elements * (reference.dtype ? dtypes[reference.dtype].bytes : 1);
    if (!(position + 8 + bytes <= source.bytes)) {
      refuse(source, "truncated", `storage ${shown(reference.key)} has ${bytes} bytes: got fewer`);
    }
    storages.set(reference.key, new Storage(source, { position: position + 8, bytes }));
    position += 8 + bytes;
  }
  return storages;
}

/** The tensors of an older file of PyTorch's. Throws CheckpointError. */
export function readTorchLegacy(source: ByteSource): TorchContent {
  const cursor = new ByteCursor(source, { start: 0, end: source.bytes }), known = new Map<string, StorageReference>();
  const pickles = torchPickles(source);
  const persistent = (id: PickleValue): PickleValue => {
    const reference = pickles.persistent(id);
    if (reference instanceof StorageReference) known.set(reference.key, reference);
    return reference;
  };
  const read = (): PickleValue => new PickleMachine(cursor, { ...pickles, persistent }).run();
  checkHeads(source, read);
  const state = findStateDict(source, read()), keys = read();
  const storages = readStorages(source, { keys, known, start: cursor.position });
  return torchTensors(source, state, ({ key }) => storages.get(key));
}
