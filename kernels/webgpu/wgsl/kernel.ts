/** What a kernel is: parameters by name, WGSL, and the text that all kernels share. */

/** How a parameter is read: a count, a number, or the first element of a buffer in its arena. */
export type FieldType = "u32" | "f32" | "at";

/** Parameters of a kernel by name, in the order of its uniform. */
export type Fields = Readonly<Record<string, FieldType>>;

/** How tensors are stored: `f16` is half the memory, and still computed in f32. */
export type Precision = "f32" | "f16";

/** Elements of a storage access: quads where the last extent allows it. */
export type Width = 1 | 4;

/** A kernel: one pipeline for every shape. */
export interface Kernel<F extends Fields = Fields> {
  /** Its uniform. */
  readonly fields: F;
  /** How it reads and writes storage. */
  readonly width: Width;
  /** Values of its override constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Fields beyond the named ones, as WGSL. */
  readonly tail?: string;
  /** Its WGSL after the shared text, with a `main` of workgroups of {@link WORKGROUP} unless it says otherwise. */
  readonly body: string;
}

/** Invocations of a workgroup. */
export const WORKGROUP = 256;

/** Stands for a buffer that is not there. */
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

const scalarAccess = `
fn scalar(at: u32) -> f32 { return f32(tensors[at]); }
fn vector(at: u32) -> f32 { return vectors[at]; }
fn quad(at: u32) -> vec4<f32> {
  return vec4<f32>(vec4<Element>(tensors[at], tensors[at + 1u], tensors[at + 2u], tensors[at + 3u]));
}
fn vectorQuad(at: u32) -> vec4<f32> {
  return vec4<f32>(vectors[at], vectors[at + 1u], vectors[at + 2u], vectors[at + 3u]);
}
fn putQuad(at: u32, lanes: u32, value: vec4<f32>) {
  for (var lane = 0u; lane < min(lanes, 4u); lane++) { tensors[at + lane] = Element(value[lane]); }
}
fn putVectorQuad(at: u32, lanes: u32, value: vec4<f32>) {
  for (var lane = 0u; lane < min(lanes, 4u); lane++) { vectors[at + lane] = value[lane]; }
}
fn putVector(at: u32, value: f32) { vectors[at] = value; }
fn load(space: u32, at: u32) -> f32 {
  if (space == 0u) { return f32(tensors[at]); }
  return vectors[at];
}
fn put(space: u32, at: u32, value: f32) {
  if (space == 0u) { tensors[at] = Element(value); } else { vectors[at] = value; }
}`;

const quadAccess = `
fn scalar(at: u32) -> f32 { return f32(tensors[at >> 2u][at & 3u]); }
fn vector(at: u32) -> f32 { return vectors[at >> 2u][at & 3u]; }
fn quad(at: u32) -> vec4<f32> { return vec4<f32>(tensors[at >> 2u]); }
fn vectorQuad(at: u32) -> vec4<f32> { return vectors[at >> 2u]; }
fn putQuad(at: u32, lanes: u32, value: vec4<f32>) { tensors[at >> 2u] = vec4<Element>(value); }
fn putVectorQuad(at: u32, lanes: u32, value: vec4<f32>) { vectors[at >> 2u] = value; }
fn putVector(at: u32, value: f32) { vectors[at >> 2u][at & 3u] = value; }
fn load(space: u32, at: u32) -> f32 {
  if (space == 0u) { return scalar(at); }
  return vector(at);
}`;

/** Tests of bits, because compilers may take comparisons and `max` to never see a NaN. */
const nanText = `
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn areNan(x: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}`;

/** The uniform's type. */
function parameters({ fields, tail = "" }: Kernel): string {
  const members = Object.entries(fields).map(([name, type]) => `  ${name}: ${type === "at" ? "u32" : type},`);
  return `struct Parameters {\n${members.join("\n")}\n${tail}}`;
}

/**
 * The module of a kernel. Bindings are the same for all: the arena of tensors, the arena of vectors (always f32), the
 * parameters at a dynamic offset, what is read back, what was uploaded, and the quantiles of the normal distribution.
 * All offsets are in elements.
 */
export function moduleText(kernel: Kernel, precision: Precision): string {
  const stored = kernel.width === 4 ? ["vec4<Element>", "vec4<f32>"] : ["Element", "f32"];
  return `${precision === "f16" ? "enable f16;\n" : ""}alias Element = ${precision};
${parameters(kernel)}
@group(0) @binding(0) var<storage, read_write> tensors: array<${stored[0]}>;
@group(0) @binding(1) var<storage, read_write> vectors: array<${stored[1]}>;
@group(0) @binding(2) var<uniform> p: Parameters;
@group(0) @binding(3) var<storage, read_write> results: array<f32>;
@group(0) @binding(4) var<storage, read> uploads: array<f32>;
@group(0) @binding(5) var<storage, read> quantiles: array<i32>;
const NONE = ${NONE}u;
${nanText}
${kernel.width === 4 ? quadAccess : scalarAccess}
${kernel.body}`;
}
