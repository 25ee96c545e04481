/** The logarithm of a softmax. */
import { INVOCATION, type Kernel } from "./kernel.ts";

/**
 * x − ln Σ e^x of each row. A workgroup of 256 takes one row: it reduces the largest value, then the sum, each as a
 * tree. Memory traffic: the tensor three times in, mostly from cache, once out.
 */
export const logSoftmax = {
  fields: { x: "at", y: "at", columns: "u32", rows: "u32" },
  width: 1,
  body: `
var<workgroup> memory: array<f32, 256>;
@compute @workgroup_size(256)
fn main(${INVOCATION}) {
  let row = group.y * groups.x + group.x;
  if (row >= p.rows) { return; }
  let first = row * p.columns;
  var largest = scalar(p.x + first + local % p.columns);
  for (var at = local; at < p.columns; at += 256u) { largest = max(largest, scalar(p.x + first + at)); }
  memory[local] = largest;
  workgroupBarrier();
  for (var step = 128u; step > 0u; step >>= 1u) {
    if (local < step) { memory[local] = max(memory[local], memory[local + step]); }
    workgroupBarrier();
  }
  largest = memory[0];
  workgroupBarrier();
  var sum = 0.0;
  for (var at = local; at < p.columns; at += 256u) { sum += exp(scalar(p.x + first + at) - largest); }
  memory[local] = sum;
  workgroupBarrier();
  for (var step = 128u; step > 0u; step >>= 1u) {
    if (local < step) { memory[local] += memory[local + step]; }
    workgroupBarrier();
  }
  let normalizer = largest + log(memory[0]);
  for (var at = local; at < p.columns; at += 256u) {
    putScalar(p.y + first + at, scalar(p.x + first + at) - normalizer);
  }
}`,
} as const satisfies Kernel;
