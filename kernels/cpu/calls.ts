/** Calls of kernels with the words that a run fills in. */
import type { RunOptions } from "../../core/graph/op.ts";
import { seedKey } from "../../core/numeric/random.ts";
import { convolutionFields, kernelFields, type Kernels } from "./kernels.gen.ts";
import type { RunWord } from "./lowered.ts";
import type { Call } from "./program.ts";

/** The words of a run. Throws RangeError for a seed that is none. */
export function wordsOf({ seed = 0, draw = 0 }: RunOptions): Readonly<Record<RunWord, number>> {
  const [key0, key1] = seedKey(seed);
  return { key0, key1, draw };
}

/** Calls a kernel; a convolution's arguments go through its descriptor. */
export function callKernel(
  kernels: Kernels,
  { kernel, args }: Call,
  words: Readonly<Record<RunWord, number>>,
): void {
  const filled = args.map((arg) => typeof arg === "number" ? arg : words[arg]);
  if (kernelFields[kernel] !== convolutionFields) {
    (kernels[kernel] as (...args: readonly number[]) => void)(...filled);
    return;
  }
  new Int32Array(kernels.memory.buffer, kernels.convolutionAddress(), filled.length).set(filled);
  (kernels[kernel] as () => void)();
}
