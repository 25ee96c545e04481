/** Snapshots: everything that a training holds after a step, in one file, from which it goes on to the bit. */
import type { State } from "../../graph/backend.ts";
import { sameShape } from "../../graph/shape.ts";
import { CheckpointError, openCheckpoint, writeValues } from "../checkpoints/mod.ts";

/** The snapshot's file in a run's directory. */
export const SNAPSHOT_FILE = "snapshot.safetensors";

/** The name of the tensor that says after which step. Its two numbers are the step's quotient and remainder by 2²⁰. */
const STEP = "zennas.step";
/** Float32 has all integers below it. */
const RADIX = 2 ** 20;

/** The values of held tensors. */
export type HeldValues = Readonly<Record<string, Float32Array>>;

/** The tensors of a state that a snapshot has: all of it, or those that steps change. */
export type HeldPart = Pick<State, "shapes" | "write">;

/** Writes what a state holds after a step, whole or not at all. Throws CheckpointError. */
export async function writeSnapshot(
  directory: string,
  { step, state, values }: { readonly step: number; readonly state: HeldPart; readonly values: HeldValues },
): Promise<void> {
  await writeValues(`${directory}/${SNAPSHOT_FILE}`, {
    values: { ...values, [STEP]: Float32Array.of(Math.floor(step / RADIX), step % RADIX) },
    shapes: { ...state.shapes, [STEP]: [2] },
  });
}

/**
 * Fills a state with a directory's snapshot and returns after which step it was taken; 0, and nothing is filled, where
 * there is none. Throws CheckpointError for a file that is damaged, or holds other tensors.
 */
export async function restoreSnapshot(directory: string, state: HeldPart): Promise<number> {
  const path = `${directory}/${SNAPSHOT_FILE}`;
  if (!isThere(path)) return 0;
  using file = openCheckpoint(path);
  const wanted = { ...state.shapes, [STEP]: [2] };
  const differs = Object.entries(wanted).filter(([name, shape]) => {
    const tensor = file.tensors.get(name);
    return !tensor || tensor.dtype !== "f32" || !sameShape(tensor.shape, shape);
  }).map(([name]) => name);
  const unexpected = [...file.tensors.keys()].filter((name) => !Object.hasOwn(wanted, name));
  if (differs.length + unexpected.length > 0) {
    const names = [...differs, ...unexpected], message = `Cannot continue from ${path} as it holds other tensors`;
    throw new CheckpointError("shape", `${message}: got ${names.slice(0, 5).join(", ")}`, { path, names });
  }
  const read = (name: string): Float32Array => file.tensors.get(name)!.toFloat32();
  await state.write(Object.fromEntries(Object.keys(state.shapes).map((name) => [name, read(name)])));
  const [quotient, remainder] = read(STEP);
  return quotient! * RADIX + remainder!;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
