/**
 * Exponential and logarithm of four floats, to about two units in the last place: range reduction by powers of two,
 * then the polynomials of Cephes (Moshier, `expf` and `logf`).
 */

const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** Adding and subtracting it rounds a float below 2^22 to an integer, which is in the low bits between the two. */
const ROUNDING: f32 = 12582912;

/**
 * The exponential's constants. V8 makes a vector that is not in memory of four instructions each time, and one that is of a
 * single load.
 */
const CONSTANTS = memory.data<f32>([
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
  1, -105, 90, 1.44269504088896341, LN2_HIGH, LN2_LOW, ROUNDING,
], 64);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** e^(r) for |r| ≤ ln(2)/2. */
// @ts-ignore: decorator
@inline
function reducedExponential(r: v128): v128 {
  let p = constant(0);
  p = f32x4.relaxed_madd(p, r, constant(1));
  p = f32x4.relaxed_madd(p, r, constant(2));
  p = f32x4.relaxed_madd(p, r, constant(3));
  p = f32x4.relaxed_madd(p, r, constant(4));
  p = f32x4.relaxed_madd(p, r, constant(5));
  return f32x4.add(f32x4.relaxed_madd(f32x4.mul(p, r), r, r), constant(6));
}

/** 2^n of four integers n in −126…127: n + 127 in the bits of the exponent. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), constant(6));
}

/** e^x; infinite above 88.73, gradually 0 below −87.3; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, constant(7)), constant(8));
  const rounded = f32x4.add(f32x4.mul(x, constant(9)), constant(12)), n = f32x4.sub(rounded, constant(12));
  let r = f32x4.relaxed_nmadd(n, constant(10), x);
  r = f32x4.relaxed_nmadd(n, constant(11), r);
  const exponent = i32x4.sub(rounded, constant(12)), half = i32x4.shr_s(exponent, 1);
  const scaled = f32x4.mul(reducedExponential(r), powerOfTwo(half));
  return f32x4.mul(scaled, powerOfTwo(i32x4.sub(exponent, half)));
}

/** ln(1 + m) for 1 + m between √½ and √2. */
function reducedLogarithm(m: v128): v128 {
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.relaxed_madd(p, m, f32x4.splat(-1.1514610310e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(1.1676998740e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(-1.2420140846e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(1.4249322787e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(-1.6668057665e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(2.0000714765e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(-2.4999993993e-1));
  p = f32x4.relaxed_madd(p, m, f32x4.splat(3.3333331174e-1));
  return f32x4.mul(f32x4.mul(p, m), f32x4.mul(m, m));
}

/** The logarithm of positive finite values. */
function positiveLogarithm(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const bits = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  let exponent = i32x4.sub(i32x4.shr_u(bits, 23), i32x4.splat(126));
  exponent = i32x4.sub(exponent, v128.and(subnormal, i32x4.splat(23)));
  const fraction = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const small = f32x4.lt(fraction, f32x4.splat(0.707106781186547524));
  const n = f32x4.convert_i32x4_s(i32x4.add(exponent, small));
  const m = f32x4.sub(f32x4.add(fraction, v128.and(fraction, small)), f32x4.splat(1));
  let y = f32x4.relaxed_madd(n, f32x4.splat(LN2_LOW), reducedLogarithm(m));
  y = f32x4.relaxed_nmadd(f32x4.splat(0.5), f32x4.mul(m, m), y);
  return f32x4.relaxed_madd(n, f32x4.splat(LN2_HIGH), f32x4.add(m, y));
}

/** ln x; −∞ at 0, ∞ at ∞, NaN below 0 and for NaN. */
export function logarithm(x: v128): v128 {
  const zero = f32x4.splat(0);
  let y = v128.bitselect(positiveLogarithm(x), f32x4.splat(<f32> NaN), f32x4.ge(x, zero));
  y = v128.bitselect(f32x4.splat(-<f32> Infinity), y, f32x4.eq(x, zero));
  return v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(<f32> Infinity)));
}
