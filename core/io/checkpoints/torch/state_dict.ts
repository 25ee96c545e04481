/** Finds the tensors of a state dict in what a PyTorch file contains. */
import { type ByteSource, refuse } from "../byte_source.ts";
import { shown } from "../error.ts";
import { MOST_TENSORS } from "../limits.ts";
import type { PickleValue } from "../pickle/values.ts";
import { RebuiltTensor } from "./rebuilt.ts";

/** The tensors of a state dict. */
export interface StateDict {
  /** The key that it stands under; undefined where the file is the state dict itself. */
  readonly key: string | undefined;
  readonly tensors: ReadonlyMap<string, RebuiltTensor>;
}

/** Tensors of a mapping by name; other values are settings, which are left out. */
function tensorsIn(value: PickleValue | undefined): ReadonlyMap<string, RebuiltTensor> {
  const tensors = new Map<string, RebuiltTensor>();
  if (!(value instanceof Map)) return tensors;
  for (const [name, tensor] of value) {
    if (typeof name === "string" && tensor instanceof RebuiltTensor) tensors.set(name, tensor);
  }
  return tensors;
}

const keysOf = (map: Map<PickleValue, PickleValue>): string[] =>
  [...map.keys()].filter((key) => typeof key === "string").slice(0, 20);

/**
 * The state dict of a file: under `state_dict`, else the whole file, else the only mapping in it that holds tensors.
 * Looks no deeper, so that it takes no longer than the file is long. Throws CheckpointError `format`.
 */
export function findStateDict(source: ByteSource, content: PickleValue): StateDict {
  const found = candidates(content);
  if (found.length === 1) {
    if (found[0]!.tensors.size <= MOST_TENSORS) return found[0]!;
    refuse(source, "too-large", `a file has at most ${MOST_TENSORS} tensors: got ${found[0]!.tensors.size}`);
  }
  const among = content instanceof Map ? keysOf(content) : [], all = found.map(({ key }) => key!);
  const got = all.length > 1 ? `tensors under ${all.map(shown).join(", ")}` : `the keys ${among.map(shown).join(", ")}`;
  return refuse(source, "format", `weights are a dict of tensors, or one under state_dict: got ${got}`, among);
}

function candidates(content: PickleValue): StateDict[] {
  if (!(content instanceof Map)) return [];
  const named = tensorsIn(content.get("state_dict")), whole = tensorsIn(content);
  if (named.size > 0) return [{ key: "state_dict", tensors: named }];
  if (whole.size > 0) return [{ key: undefined, tensors: whole }];
  return [...content].flatMap(([key, value]) => {
    const tensors = tensorsIn(value);
    return typeof key === "string" && tensors.size > 0 ? [{ key, tensors }] : [];
  });
}
