/**
 * Counter-based random numbers with the same bits on every backend.
 *
 * Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) turns a counter and a key into
 * four 32-bit words, so any element of any tensor can be drawn anywhere, in any order. The normal transform is integer
 * arithmetic only (a table of quantiles and one linear interpolation), because no two devices agree on the last bits of
 * a logarithm, and a fused multiply-add must not change a result.
 */

/** What decisions are drawn for: those of different purposes are independent under one seed. */
export type DecisionPurpose = "decision" | "augmentation" | "order" | "mixing";

/** Separates the users of one seed: counter word 1. */
const DOMAIN: Readonly<Record<DecisionPurpose | "tensor", number>> = {
  tensor: 0,
  decision: 1,
  augmentation: 2,
  order: 3,
  mixing: 4,
};

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** Four 32-bit words, as unsigned numbers. */
export type Words = readonly [number, number, number, number];

/** The high 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16, aLow = a & 0xffff, bHigh = b >>> 16, bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000)) >>> 0;
}

/**
 * Philox 4×32-10: four random words for a counter and a key.
 *
 * @example The published test vector for an all-zero counter and key
 * ```ts
 * import { philox } from "@zennas/zennas";
 * const words = philox([0, 0, 0, 0], [0, 0]);
 * if (words[0] !== 0x6627e8d5) throw new Error(words.join());
 * ```
 */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0), low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2), low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** A seed as Philox's key: its low and high 32 bits. Throws RangeError unless it is a non-negative safe integer. */
export function seedKey(seed: number): readonly [number, number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`Cannot seed as a seed is a non-negative safe integer: got ${seed}`);
  }
  return [seed >>> 0, Math.floor(seed / 2 ** 32)];
}

/** Fractional bits of a normal value before it becomes a float. */
export const NORMAL_FRACTION_BITS = 20;
const SEGMENTS_PER_OCTAVE = 64;
const OCTAVES = 32;

/** e^x by squaring a Taylor series: only exactly rounded operations, so the same bits in every engine. */
function exponential(x: number): number {
  const squarings = 8;
  const reduced = x / 2 ** squarings;
  let term = 1, sum = 1;
  for (let n = 1; n < 16; n++) sum += term = term * reduced / n;
  for (let i = 0; i < squarings; i++) sum *= sum;
  return sum;
}

const SQRT_TWO_PI = 2.5066282746310002;

/** The density of N(0,1) and the probability above z ≥ 0: a power series below 2.5, a continued fraction above. */
function normalTail(z: number): { readonly density: number; readonly above: number } {
  const density = exponential(-z * z / 2) / SQRT_TWO_PI;
  if (z < 2.5) {
    let term = z, sum = z;
    for (let n = 3; n < 120; n += 2) sum += term = term * z * z / n;
    return { density, above: 0.5 - density * sum };
  }
  let fraction = z;
  for (let n = 80; n > 0; n--) fraction = z + n / fraction;
  return { density, above: density / fraction };
}

let quantiles: Int32Array | undefined;

/**
 * Quantiles of N(0,1) in fixed point: entry `64·b + s` is the z with probability 2^b·(1 + s/64)/2^33 above it, times 2^20,
 * for b in 0…31 and s in 0…63; the last entry (2,048) is 0. 2,049 entries, computed once, by two of Newton's steps from the
 * neighbouring quantile.
 */
export function normalQuantiles(): Int32Array {
  if (quantiles) return quantiles;
  const table = new Int32Array(OCTAVES * SEGMENTS_PER_OCTAVE + 1);
  let z = 0;
  for (let index = table.length - 2; index >= 0; index--) {
    const octave = Math.floor(index / SEGMENTS_PER_OCTAVE), segment = index % SEGMENTS_PER_OCTAVE;
    const target = 2 ** (octave - 33) * (1 + segment / SEGMENTS_PER_OCTAVE);
    for (let step = 0; step < 2; step++) {
      const { density, above } = normalTail(z);
      z += (above - target) / density;
    }
    table[index] = Math.round(z * 2 ** NORMAL_FRACTION_BITS);
  }
  return quantiles = table;
}

/**
 * A random word as a draw from N(0,1) in fixed point with 20 fractional bits. Bit 31 is the sign; the rest, as the odd
 * number 2v+1 over 2^33, is the probability beyond the value.
 */
export function normalFromWord(word: number, table: Int32Array = normalQuantiles()): number {
  const odd = ((word << 1) | 1) >>> 0;
  const zeros = Math.clz32(odd);
  const mantissa = (odd << zeros << 1) >>> 0; // in two steps, as a shift by 32 is one by 0
  const index = (31 - zeros) * SEGMENTS_PER_OCTAVE + (mantissa >>> 26);
  const weight = (mantissa >>> 10) & 0xffff;
  const left = table[index]!, right = table[index + 1]!;
  const magnitude = left - (((left - right) * weight) >> 16);
  return word >>> 31 ? -magnitude : magnitude;
}

/** Which values of a seed to draw: each stream of each draw is an independent sequence. */
export interface NormalDraw {
  /** A non-negative safe integer. */
  readonly seed: number;
  /** Which sequence under the seed, such as a tensor's; 32 bits. */
  readonly stream: number;
  /** Which repetition of the sequence; 32 bits. */
  readonly draw: number;
}

/**
 * Fills an array with N(0,1): element i is word i mod 4 of the Philox block with counter [⌊i/4⌋, 0, stream, draw].
 * Values are multiples of 2^-20, exact in float32.
 */
export function fillNormal<A extends Float32Array | Float64Array>(target: A, which: NormalDraw): A {
  const key = seedKey(which.seed);
  const table = normalQuantiles();
  for (let start = 0; start < target.length; start += 4) {
    const words = philox([start / 4, DOMAIN.tensor, which.stream, which.draw], key);
    for (let lane = 0; lane < 4 && start + lane < target.length; lane++) {
      target[start + lane] = normalFromWord(words[lane]!, table) / 2 ** NORMAL_FRACTION_BITS;
    }
  }
  return target;
}

/**
 * Fills an array with uniform values in −1 … 1: element i is from the word that {@link fillNormal} would make its element
 * i from. Values are odd multiples of 2^-24, exact in float32.
 */
export function fillUniform(target: Float32Array, which: NormalDraw): Float32Array {
  const key = seedKey(which.seed);
  for (let start = 0; start < target.length; start += 4) {
    const words = philox([start / 4, DOMAIN.tensor, which.stream, which.draw], key);
    for (let lane = 0; lane < 4 && start + lane < target.length; lane++) {
      target[start + lane] = (2 * (words[lane]! >>> 8) + 1) / 2 ** 24 - 1;
    }
  }
  return target;
}

/**
 * Random decisions, such as a search's: a sequence that depends on the seed and on the decision's number alone, so that
 * decision i comes out the same whichever decisions were drawn before it.
 *
 * @example
 * ```ts
 * import { Random } from "@zennas/zennas";
 * const random = new Random(1, 42);
 * const die = 1 + random.below(6);
 * if (die !== 1 + new Random(1, 42).below(6)) throw new Error();
 * ```
 */
export class Random {
  readonly #key: readonly [number, number];
  readonly #decision: number;
  readonly #domain: number;
  #block = 0;
  #words: number[] = [];

  /** The random bits of decision number `decision`, a non-negative safe integer; `purpose` is "decision" by default. */
  constructor(seed: number, decision: number, options: { readonly purpose?: DecisionPurpose } = {}) {
    this.#key = seedKey(seed);
    this.#decision = decision;
    this.#domain = DOMAIN[options.purpose ?? "decision"];
  }

  /** The next 32 random bits, as an unsigned number. */
  word(): number {
    if (this.#words.length === 0) {
      const counter: Words = [
        this.#decision >>> 0,
        this.#domain,
        Math.floor(this.#decision / 2 ** 32),
        this.#block++,
      ];
      this.#words = [...philox(counter, this.#key)];
    }
    return this.#words.shift()!;
  }

  /** A uniform integer in 0 … bound−1, without bias (words beyond the last full multiple of `bound` are drawn again). */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`Cannot draw below a bound outside 1 … 2^32: got ${bound}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % bound;
  }

  /** A uniform number above 0 and below 1, a half more than a multiple of 2^−32; or between two bounds. */
  uniform(low: number = 0, high: number = 1): number {
    return low + (high - low) * ((this.word() + 0.5) / 2 ** 32);
  }

  /** One of these, uniformly. Throws RangeError for an empty list. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** A draw from N(0,1). */
  normal(): number {
    return normalFromWord(this.word()) / 2 ** NORMAL_FRACTION_BITS;
  }
}
