/** Sums in a fixed order, so that the same numbers give the same bits on every run. */
import { INVOCATION, type Kernel, MAIN, type Width, WORKGROUP } from "./kernel.ts";

/** Elements that an invocation of {@link sumKernel} adds up before the invocations' sums are reduced as a tree. */
const SUM_STEPS = 16;

/** Elements whose sum a workgroup of {@link sumKernel} computes. */
export const SUM_ELEMENTS = SUM_STEPS * WORKGROUP;

/**
 * Parameters of {@link sumKernel}. Where `beside` is given, |x − beside| is summed instead of x. Each workgroup writes
 * one value.
 */
export const sumFields = {
  x: "at",
  beside: "at",
  to: "at",
  xSpace: "u32",
  besideSpace: "u32",
  count: "u32",
  parts: "u32",
  divisor: "f32",
} as const;

const treeText = (size: number): string => `
var<workgroup> memory: array<f32, ${size}>;
fn reduced(local: u32, value: f32) -> f32 {
  memory[local] = value;
  workgroupBarrier();
  for (var step = ${size / 2}u; step > 0u; step >>= 1u) {
    if (local < step) { memory[local] += memory[local + step]; }
    workgroupBarrier();
  }
  return memory[0];
}`;

/**
 * The sum of each 4,096 elements, divided by `divisor`: 16 elements an invocation, then a tree over 256 invocations.
 * Memory traffic: the tensor once. Width 4 needs a count that is a multiple of four, and x in the arena of tensors.
 */
export function sumKernel(width: Width): Kernel<typeof sumFields> {
  const value = width === 4
    ? `
    var element = quad(p.x + at);
    if (p.beside != NONE) { element = abs(element - quad(p.beside + at)); }
    sum += (element.x + element.y) + (element.z + element.w);`
    : `
    var element = load(p.xSpace, p.x + at);
    if (p.beside != NONE) { element = abs(element - load(p.besideSpace, p.beside + at)); }
    sum += element;`;
  return {
    fields: sumFields,
    width,
    body: `
${treeText(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(${INVOCATION}) {
  let part = group.y * groups.x + group.x;
  if (part >= p.parts) { return; }
  var sum = 0.0;
  for (var step = 0u; step < ${SUM_STEPS / width}u; step++) {
    let at = part * ${SUM_ELEMENTS}u + (step * ${WORKGROUP}u + local) * ${width}u;
    if (at >= p.count) { break; }
${value}
  }
  let total = reduced(local, sum);
  if (local == 0u) { putVector(p.to + part, total / p.divisor); }
}`,
  };
}

/** The most vectors that one dispatch of {@link means} takes. */
export const MEANS = 60;

/**
 * The mean of each of several vectors, one workgroup of 64 for each. An entry of the table is
 * `[from, count, to, index]`: the mean of `count` elements from `from` on is written to element `index` of the vector
 * at `to`.
 */
export const means = {
  fields: {},
  tail: `  table: array<vec4<u32>, ${MEANS}>,\n`,
  width: 1,
  body: `
${treeText(64)}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let entry = p.table[group.x];
  var sum = 0.0;
  for (var at = local; at < entry.y; at += 64u) { sum += vectors[entry.x + at]; }
  let total = reduced(local, sum);
  if (local == 0u) { vectors[entry.z + entry.w] = total / f32(entry.y); }
}`,
} as const satisfies Kernel;

/**
 * Parameters of {@link sumSpread}, the transpose of `spread`: for each element of y, the sum of all elements of x that
 * `spread` would copy it to. x consists of parts of `period` elements, each of which repeats the same `inner` elements.
 */
export const sumSpreadFields = {
  x: "at",
  y: "at",
  xSpace: "u32",
  ySpace: "u32",
  period: "u32",
  inner: "u32",
  elements: "u32",
} as const;

/** Elements of the small tensor that a workgroup of {@link sumSpread} computes. */
export const SUM_SPREAD_ELEMENTS = 16;

/**
 * Sums a large tensor down to a small one. A workgroup of 256 takes 16 neighbouring elements of the small tensor, with
 * 16 lanes for each, whose sums are merged in a fixed order. Each lane sums with compensation (Kahan). Memory traffic:
 * the large tensor once.
 */
export const sumSpread = {
  fields: sumSpreadFields,
  width: 1,
  body: `
const ELEMENTS = ${SUM_SPREAD_ELEMENTS}u;
var<workgroup> memory: array<f32, 256>;
@compute @workgroup_size(256)
fn main(${INVOCATION}) {
  let element = (group.y * groups.x + group.x) * ELEMENTS + local % ELEMENTS;
  let source = p.x + element / p.inner * p.period + element % p.inner;
  var sum = 0.0;
  var lost = 0.0;
  if (element < p.elements) {
    for (var at = local / ELEMENTS * p.inner; at < p.period; at += 16u * p.inner) {
      let value = load(p.xSpace, source + at) - lost;
      let next = sum + value;
      lost = (next - sum) - value;
      sum = next;
    }
  }
  memory[local] = sum;
  workgroupBarrier();
  for (var step = 128u; step >= ELEMENTS; step >>= 1u) {
    if (local < step) { memory[local] += memory[local + step]; }
    workgroupBarrier();
  }
  if (local < ELEMENTS && element < p.elements) { put(p.ySpace, p.y + element, memory[local]); }
}`,
} as const satisfies Kernel;

/**
 * The most parts that {@link sumParts} sums with one invocation; for more, the 16 lanes of {@link sumSpread} are
 * faster.
 */
export const FEW_PARTS = 16;

/**
 * Sums a few f32 parts that are stored one after the other; an invocation computes one element. Memory traffic: the
 * parts in, the sums out.
 */
export const sumParts = {
  fields: { x: "at", y: "at", ySpace: "u32", count: "u32", parts: "u32" },
  width: 1,
  body: `
${MAIN}
  if (index >= p.count) { return; }
  var sum = vectors[p.x + index];
  for (var part = 1u; part < p.parts; part++) { sum += vectors[p.x + part * p.count + index]; }
  put(p.ySpace, p.y + index, sum);
}`,
} as const satisfies Kernel;
