/**
 * Draws from N(0,1): Philox 4×32-10 and the integer normal transform of core/numeric/random.ts, bit for bit. It writes
 * 4 bytes an element and reads a table of 8 KiB, which stays in the first-level cache. The speed is limited by the
 * multiplications of the ten rounds.
 */

/** The 2,049 quantiles of the normal distribution; the host writes them when the module is loaded. */
const QUANTILES: usize = memory.data(2052 * 4, 64);

/** Where the host writes the table of quantiles. */
export function quantilesAddress(): usize {
  return QUANTILES;
}

/** Converts a random word to a draw from N(0,1); see `normalFromWord` in core/numeric/random.ts. */
function normal(word: u32): f32 {
  const odd = (word << 1) | 1, zeros = clz<u32>(odd);
  const mantissa: u32 = zeros == 31 ? 0 : odd << (zeros + 1);
  const entry = QUANTILES + ((((31 - zeros) << 6) + (mantissa >>> 26)) << 2);
  const left = load<i32>(entry), right = load<i32>(entry, 4);
  const magnitude = left - (((left - right) * ((mantissa >>> 10) & 0xffff)) >> 16);
  return <f32> (word >>> 31 ? -magnitude : magnitude) * 9.5367431640625e-7;
}

/** Draws `count` values, four at a time; the buffer must have room up to the next multiple of four. */
export function gaussian(y: usize, count: i32, key0: u32, key1: u32, stream: u32, draw: u32): void {
  for (let block: u32 = 0; <i32> (block << 2) < count; block++) {
    let c0 = block, c1: u32 = 0, c2 = stream, c3 = draw, k0 = key0, k1 = key1;
    for (let round = 0; round < 10; round++) {
      const left = <u64> c0 * 0xd2511f53, right = <u64> c2 * 0xcd9e8d57;
      c0 = <u32> (right >> 32) ^ c1 ^ k0;
      c1 = <u32> right;
      c2 = <u32> (left >> 32) ^ c3 ^ k1;
      c3 = <u32> left;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    store<f32>(y, normal(c0));
    store<f32>(y, normal(c1), 4);
    store<f32>(y, normal(c2), 8);
    store<f32>(y, normal(c3), 12);
    y += 16;
  }
}
