/** What the processor can do at most, for benchmarks and for a run's record. */

/** `steps` × 12 independent fused multiply-adds of four floats in registers: 96 floating-point operations a step. */
export function multiplyAdds(steps: i32): f32 {
  const a = f32x4.splat(0.999), b = f32x4.splat(0.001);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0;
  let c10 = c0, c11 = c0;
  for (let step = 0; step < steps; step++) {
    c0 = f32x4.relaxed_madd(c0, a, b);
    c1 = f32x4.relaxed_madd(c1, a, b);
    c2 = f32x4.relaxed_madd(c2, a, b);
    c3 = f32x4.relaxed_madd(c3, a, b);
    c4 = f32x4.relaxed_madd(c4, a, b);
    c5 = f32x4.relaxed_madd(c5, a, b);
    c6 = f32x4.relaxed_madd(c6, a, b);
    c7 = f32x4.relaxed_madd(c7, a, b);
    c8 = f32x4.relaxed_madd(c8, a, b);
    c9 = f32x4.relaxed_madd(c9, a, b);
    c10 = f32x4.relaxed_madd(c10, a, b);
    c11 = f32x4.relaxed_madd(c11, a, b);
  }
  const low = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  const high = f32x4.add(f32x4.add(f32x4.add(c6, c7), f32x4.add(c8, c9)), f32x4.add(c10, c11));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}

/** Whether a relaxed multiply-add rounds once: (1 + 2^-12)² − 1 − 2^-11 is 2^-24 then, else 0. */
export function multiplyAddFuses(one: f32): bool {
  const x = f32x4.splat(one + 0.000244140625);
  const rest = f32x4.relaxed_madd(x, x, f32x4.splat(-one - 0.00048828125));
  return f32x4.extract_lane(rest, 0) != 0;
}
