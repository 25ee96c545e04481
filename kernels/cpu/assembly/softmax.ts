/** The logarithm of a softmax. A row is read three times while it is in the first-level cache. */
import { exponential, logarithm } from "./math";

function largest(x: usize, count: i32): f32 {
  let result = load<f32>(x);
  for (let i = 1; i < count; i++) result = max<f32>(result, load<f32>(x + (i << 2)));
  return result;
}

/** Σ e^(x − shift), in float64. */
function exponentialSum(x: usize, count: i32, shift: f32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    const value = f32x4.splat(load<f32>(x + (i << 2)) - shift);
    sum += f32x4.extract_lane(exponential(value), 0);
  }
  return sum;
}

/** x − ln Σ e^x of each row. */
export function logSoftmax(y: usize, x: usize, rows: i32, count: i32): void {
  const rowBytes = <usize> count << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    const shift = largest(x, count), sum = f32x4.splat(<f32> exponentialSum(x, count, shift));
    const logarithmOfSum = f32x4.extract_lane(logarithm(sum), 0);
    for (let i = 0; i < count; i++) store<f32>(y + (i << 2), load<f32>(x + (i << 2)) - shift - logarithmOfSum);
  }
}
