/** Kernels at the ends of a graph: random draws, constants, uploads, and copies to the results that are read back. */
import { NORMAL_FRACTION_BITS } from "../../../core/numeric/random.ts";
import { INVOCATION, type Kernel, MAIN, WORKGROUP } from "./kernel.ts";

/** Words of {@link gaussian}'s parameters that a run fills in, from `key0` on. */
export const RUN_WORDS = 3;

/** The most tensors that one dispatch of {@link gaussian} draws, and the elements that a workgroup draws. */
export const DRAWS = 59;
export const DRAW_ELEMENTS = 4 * WORKGROUP;

/**
 * Draws from N(0,1) by Philox 4×32-10 and the table of quantiles: the same bits as `core/numeric/random.ts`. An
 * invocation draws four values; addresses of tensors are multiples of four. An entry of the table is
 * `[first workgroup, stream, to, count]`; the entry after the last begins at workgroup NONE. WGSL has no 64-bit
 * product, so the high half of a product is computed from 16-bit parts. Memory traffic: the tensors once; the quantiles
 * are 8 KiB.
 */
export const gaussian = {
  fields: { key0: "u32", key1: "u32", draw: "u32", ySpace: "u32" },
  tail: `  table: array<vec4<u32>, ${DRAWS + 1}>,\n`,
  width: 4,
  body: `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aHigh = a >> 16u;
  let aLow = a & 0xffffu;
  let bHigh = b >> 16u;
  let bLow = b & 0xffffu;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carried = (middle & 0xffffu) + aLow * bHigh;
  return aHigh * bHigh + (middle >> 16u) + (carried >> 16u);
}
fn philox(counter: vec4<u32>) -> vec4<u32> {
  var c = counter;
  var key = vec2<u32>(p.key0, p.key1);
  for (var round = 0u; round < 10u; round++) {
    let high0 = multiplyHigh(0xd2511f53u, c.x);
    let high1 = multiplyHigh(0xcd9e8d57u, c.z);
    c = vec4<u32>(high1 ^ c.y ^ key.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
fn normal(word: u32) -> f32 {
  let odd = (word << 1u) | 1u;
  let zeros = countLeadingZeros(odd);
  let mantissa = select((odd << (zeros & 31u)) << 1u, 0u, zeros == 31u);
  let at = (31u - zeros) * 64u + (mantissa >> 26u);
  let weight = i32((mantissa >> 10u) & 0xffffu);
  let left = quantiles[at];
  let magnitude = left - (((left - quantiles[at + 1u]) * weight) >> 16u);
  return f32(select(magnitude, -magnitude, (word >> 31u) == 1u)) / ${2 ** NORMAL_FRACTION_BITS}.0;
}
@compute @workgroup_size(${WORKGROUP})
fn main(${INVOCATION}) {
  let number = group.y * groups.x + group.x;
  var at = 0u;
  while (p.table[at + 1u].x <= number) { at += 1u; }
  let entry = p.table[at];
  let index = (number - entry.x) * ${WORKGROUP}u + local;
  if (index * 4u >= entry.w) { return; }
  let words = philox(vec4<u32>(index, 0u, entry.y, p.draw));
  let value = vec4<f32>(normal(words.x), normal(words.y), normal(words.z), normal(words.w));
  if (p.ySpace == 0u) { putQuad(entry.z + index * 4u, 4u, value); } else { putVectorQuad(entry.z + index * 4u, 4u, value); }
}`,
} as const satisfies Kernel;

/** Sets all elements to one value. */
export const fill = {
  fields: { y: "at", ySpace: "u32", count: "u32", value: "f32" },
  width: 1,
  body: `
${MAIN}
  if (index < p.count) { put(p.ySpace, p.y + index, p.value); }
}`,
} as const satisfies Kernel;

/** Copies uploaded values, from element `start` of the run's uploads on, to a tensor. */
export const upload = {
  fields: { start: "u32", y: "at", ySpace: "u32", count: "u32" },
  width: 1,
  body: `
${MAIN}
  if (index < p.count) { put(p.ySpace, p.y + index, uploads[p.start + index]); }
}`,
} as const satisfies Kernel;

/** Copies a tensor to the results that are read back, from element `to` of the run's results on. */
export const download = {
  fields: { to: "u32", x: "at", xSpace: "u32", count: "u32" },
  width: 1,
  body: `
${MAIN}
  if (index < p.count) { results[p.to + index] = load(p.xSpace, p.x + index); }
}`,
} as const satisfies Kernel;
