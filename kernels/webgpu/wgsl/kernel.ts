/** What a kernel is: parameters by name, WGSL, and the text that all kernels share. */
import type { StoragePrecision } from "../../../core/graph/precision.ts";

/** The type of a parameter: a count, a number, or (`at`) the index of a buffer's first element in its arena. */
export type FieldType = "u32" | "f32" | "at";

/** Parameters of a kernel by name, in the order of its uniform. */
export type Fields = Readonly<Record<string, FieldType>>;

/** Elements of a storage access: quads where the last extent allows it. */
export type Width = 1 | 4;

/** A kernel. Shapes are parameters, so one pipeline serves every shape. */
export interface Kernel<F extends Fields = Fields> {
  /** Its parameters, which are the members of its uniform. */
  readonly fields: F;
  /** How many elements it reads or writes at once. */
  readonly width: Width;
  /** Values of its override constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Further members of the uniform, as WGSL, behind the named fields. */
  readonly tail?: string;
  /** Its WGSL after the shared text, with a `main` of workgroups of {@link WORKGROUP} unless it says otherwise. */
  readonly body: string;
}

/** Invocations of a workgroup. */
export const WORKGROUP = 256;

/** The value of an `at` parameter whose buffer is absent. */
export const NONE = 0xffffffff;

/** Bytes of the uniform that a kernel sees; no kernel's parameters are larger. */
export const PARAMETER_BYTES = 1024;

/** Repeats a text for 0 … count−1. */
export function each(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join("\n");
}

/** Arguments of every `main` whose workgroups are numbered along x, then y. */
export const INVOCATION = `@builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32`;

/** Head of a `main`: `index` is the invocation's number in the dispatch. */
export const MAIN = `@compute @workgroup_size(${WORKGROUP})
fn main(${INVOCATION}) {
  let index = (group.y * groups.x + group.x) * ${WORKGROUP}u + local;`;

/** The most GPU buffers with tensors that one dispatch can use. */
export const SLOTS = 4;

/**
 * Elements of a slot's range of addresses. A slot is one of the bindings for buffers of tensors; the address of an
 * element is the slot's number times this, plus the element's index in the slot's buffer.
 */
export const SLOT_ELEMENTS = 2 ** 30;

/**
 * `fn stored(at)` and `fn store(at, value)`: read and write one element, or one quad, in the buffer of the slot that
 * `at` names.
 */
function slotAccess(width: Width, slots: number): string {
  const shift = Math.log2(SLOT_ELEMENTS / width), index = slots === 1 ? "at" : `at & ${2 ** shift - 1}u`;
  const choice = (body: (tensors: string) => string): string =>
    slots === 1 ? body(tensorsOf(0)) : `
  switch at >> ${shift}u {
${each(slots - 1, (slot) => `    case ${slot + 1}u: { ${body(tensorsOf(slot + 1))} }`)}
    default: { ${body(tensorsOf(0))} }
  }`;
  return `
fn stored(at: u32) -> Stored { ${choice((tensors) => `return ${tensors}[${index}];`)} }
fn store(at: u32, value: Stored) { ${choice((tensors) => `${tensors}[${index}] = value;`)} }`;
}

const scalarAccess = `
fn scalar(at: u32) -> f32 { return f32(stored(at)); }
fn putScalar(at: u32, value: f32) { store(at, Element(value)); }
fn vector(at: u32) -> f32 { return vectors[at]; }
fn quad(at: u32) -> vec4<f32> {
  return vec4<f32>(vec4<Element>(stored(at), stored(at + 1u), stored(at + 2u), stored(at + 3u)));
}
fn vectorQuad(at: u32) -> vec4<f32> {
  return vec4<f32>(vectors[at], vectors[at + 1u], vectors[at + 2u], vectors[at + 3u]);
}
fn putQuad(at: u32, lanes: u32, value: vec4<f32>) {
  for (var lane = 0u; lane < min(lanes, 4u); lane++) { putScalar(at + lane, value[lane]); }
}
fn putVectorQuad(at: u32, lanes: u32, value: vec4<f32>) {
  for (var lane = 0u; lane < min(lanes, 4u); lane++) { vectors[at + lane] = value[lane]; }
}
fn putVector(at: u32, value: f32) { vectors[at] = value; }
fn load(space: u32, at: u32) -> f32 {
  if (space == 0u) { return scalar(at); }
  return vectors[at];
}
fn put(space: u32, at: u32, value: f32) {
  if (space == 0u) { putScalar(at, value); } else { vectors[at] = value; }
}`;

const quadAccess = `
fn scalar(at: u32) -> f32 { return f32(stored(at >> 2u)[at & 3u]); }
fn vector(at: u32) -> f32 { return vectors[at >> 2u][at & 3u]; }
fn quad(at: u32) -> vec4<f32> { return vec4<f32>(stored(at >> 2u)); }
fn vectorQuad(at: u32) -> vec4<f32> { return vectors[at >> 2u]; }
fn putQuad(at: u32, lanes: u32, value: vec4<f32>) { store(at >> 2u, vec4<Element>(value)); }
fn putVectorQuad(at: u32, lanes: u32, value: vec4<f32>) { vectors[at >> 2u] = value; }
fn putVector(at: u32, value: f32) { vectors[at >> 2u][at & 3u] = value; }
fn load(space: u32, at: u32) -> f32 {
  if (space == 0u) { return scalar(at); }
  return vector(at);
}`;

/** NaN is tested by its bits, because shader compilers may assume that comparisons and `max` never see a NaN. */
const nanText = `
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn areNan(x: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}`;

/** The WGSL type of the uniform. */
function parameters({ fields, tail = "" }: Kernel): string {
  const members = Object.entries(fields).map(([name, type]) => `  ${name}: ${type === "at" ? "u32" : type},`);
  return `struct Parameters {\n${members.join("\n")}\n${tail}}`;
}

/** The WGSL variable of a slot's buffer. */
const tensorsOf = (slot: number): string => slot === 0 ? "tensors" : `tensors${slot}`;

/**
 * The WGSL module of a kernel whose tensors are in one GPU buffer, or in up to {@link SLOTS}. The bindings are the same
 * for all kernels: 0, the first buffer of tensors; 1, the arena of vectors (always f32); 2, the parameters, at a
 * dynamic offset; 3, results to read back; 4, uploaded values; 5, the quantiles of the normal distribution; from 6 on,
 * further buffers of tensors. All addresses count elements.
 */
export function moduleText(kernel: Kernel, precision: StoragePrecision, slots = 1): string {
  const [stored, vectors] = kernel.width === 4 ? ["vec4<Element>", "vec4<f32>"] : ["Element", "f32"];
  return `${precision === "f16" ? "enable f16;\n" : ""}alias Element = ${precision};
alias Stored = ${stored};
${parameters(kernel)}
@group(0) @binding(0) var<storage, read_write> tensors: array<Stored>;
@group(0) @binding(1) var<storage, read_write> vectors: array<${vectors}>;
@group(0) @binding(2) var<uniform> p: Parameters;
@group(0) @binding(3) var<storage, read_write> results: array<f32>;
@group(0) @binding(4) var<storage, read> uploads: array<f32>;
@group(0) @binding(5) var<storage, read> quantiles: array<i32>;
${
    each(slots - 1, (more) =>
      `@group(0) @binding(${6 + more}) var<storage, read_write> ${tensorsOf(more + 1)}: array<Stored>;`)
  }
const NONE = ${NONE}u;
${nanText}
${slotAccess(kernel.width, slots)}
${kernel.width === 4 ? quadAccess : scalarAccess}
${kernel.body}`;
}
