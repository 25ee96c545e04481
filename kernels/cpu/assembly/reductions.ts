/** Sums over whole tensors, accumulated in float64. Each reads its inputs once; the speed is limited by memory. */

function lanes(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

function highHalf(x: v128): v128 {
  return v128.shuffle<f64>(x, x, 1, 1);
}

/** The sum of the elements, divided by `divisor`, to one float. */
export function sum(y: usize, x: usize, count: i32, divisor: f64): void {
  let low = f64x2.splat(0), high = low;
  const vectors = count >> 2;
  for (let i = 0; i < vectors; i++, x += 16) {
    const values = v128.load(x);
    low = f64x2.add(low, f64x2.promote_low_f32x4(values));
    high = f64x2.add(high, f64x2.promote_low_f32x4(highHalf(values)));
  }
  let total: f64 = lanes(f64x2.add(low, high));
  for (let i = vectors << 2; i < count; i++, x += 4) total += load<f32>(x);
  store<f32>(y, <f32> (total / divisor));
}

/** Σ|a − b|, to one float. */
export function sumAbsDifference(y: usize, a: usize, b: usize, count: i32): void {
  let low = f64x2.splat(0), high = low;
  const vectors = count >> 2;
  for (let i = 0; i < vectors; i++, a += 16, b += 16) {
    const values = f32x4.abs(f32x4.sub(v128.load(a), v128.load(b)));
    low = f64x2.add(low, f64x2.promote_low_f32x4(values));
    high = f64x2.add(high, f64x2.promote_low_f32x4(highHalf(values)));
  }
  let total: f64 = lanes(f64x2.add(low, high));
  for (let i = vectors << 2; i < count; i++, a += 4, b += 4) total += abs<f32>(load<f32>(a) - load<f32>(b));
  store<f32>(y, <f32> total);
}
