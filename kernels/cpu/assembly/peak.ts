/** The peak speed of the processor and how it rounds multiply-adds, for benchmarks and for a run's record. */

/** `steps` × 12 independent fused multiply-adds of four floats in registers: 96 floating-point operations a step. */
export function multiplyAdds(steps: i32, left: f32, right: f32): f32 {
  const a = f32x4.splat(left), b = f32x4.splat(right);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(1), c2 = f32x4.splat(2), c3 = f32x4.splat(3), c4 = f32x4.splat(4);
  let c5 = f32x4.splat(5), c6 = f32x4.splat(6), c7 = f32x4.splat(7), c8 = f32x4.splat(8), c9 = f32x4.splat(9);
  let c10 = f32x4.splat(10), c11 = f32x4.splat(11);
  for (let step = 0; step < steps; step++) {
    c0 = f32x4.relaxed_madd(a, b, c0);
    c1 = f32x4.relaxed_madd(a, b, c1);
    c2 = f32x4.relaxed_madd(a, b, c2);
    c3 = f32x4.relaxed_madd(a, b, c3);
    c4 = f32x4.relaxed_madd(a, b, c4);
    c5 = f32x4.relaxed_madd(a, b, c5);
    c6 = f32x4.relaxed_madd(a, b, c6);
    c7 = f32x4.relaxed_madd(a, b, c7);
    c8 = f32x4.relaxed_madd(a, b, c8);
    c9 = f32x4.relaxed_madd(a, b, c9);
    c10 = f32x4.relaxed_madd(a, b, c10);
    c11 = f32x4.relaxed_madd(a, b, c11);
  }
  const low = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  const high = f32x4.add(f32x4.add(f32x4.add(c6, c7), f32x4.add(c8, c9)), f32x4.add(c10, c11));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}

/**
 * Whether a relaxed multiply-add is fused, which means that it rounds once: then (1 + 2^-12)² − 1 − 2^-11 is 2^-24,
 * else 0. `one` is 1; it is an argument so that no compiler computes the result in advance.
 */
export function multiplyAddFuses(one: f32): bool {
  const x = f32x4.splat(one + 0.000244140625);
  const rest = f32x4.relaxed_madd(x, x, f32x4.splat(-one - 0.00048828125));
  return f32x4.extract_lane(rest, 0) != 0;
}
