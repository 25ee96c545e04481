/** What the values of a tensor are like. */
import { dtypes } from "./dtypes.ts";
import type { StoredTensor } from "./stored_tensor.ts";

/** Statistics of a tensor's values, NaN left out; null where there are no others. */
export interface TensorStatistics {
  /** The least value. */
  readonly min: number | null;
  /** The greatest value. */
  readonly max: number | null;
  /** The mean, summed in float64. */
  readonly mean: number | null;
  /** How many are NaN. */
  readonly nan: number;
}

/** Reads a tensor once, piece by piece. `onRead` is called with the bytes of each piece. Throws CheckpointError. */
export function tensorStatistics(tensor: StoredTensor, onRead?: (bytes: number) => void): TensorStatistics {
  let min = Infinity, max = -Infinity, sum = 0, nan = 0;
  for (const chunk of tensor.chunks()) {
    const values = dtypes[tensor.dtype].decode(chunk);
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (value !== value) nan++;
      else {
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
    onRead?.(chunk.length);
  }
  const count = tensor.elements - nan;
  return count === 0 ? { min: null, max: null, mean: null, nan } : { min, max, mean: sum / count, nan };
}
