/** The WebAssembly module: its exports, and how it is loaded. Addresses and byte counts are bytes, counts are elements. */
import type { binaryExpressions, unaryExpressions } from "../../core/graph/ops/expression.ts";
import { normalQuantiles } from "../../core/numeric/random.ts";

type Address = number;

/** An elementwise kernel: to, from, count, scale, shift. */
export type UnaryKernel = (to: Address, from: Address, count: number, scale: number, shift: number) => void;
/** An elementwise kernel of two inputs: rows of `count`, each row of `beside` used for `period` rows. */
export type BinaryKernel = (
  to: Address,
  from: Address,
  beside: Address,
  rows: number,
  count: number,
  period: number,
) => void;
/** An elementwise kernel beside one value. */
export type ScalarKernel = (to: Address, from: Address, beside: Address, count: number) => void;

type UnaryName = keyof typeof unaryExpressions;
type BinaryName = keyof typeof binaryExpressions;

/** Exports of kernels.wasm that are printed from scalar expressions. */
export type ElementwiseKernels =
  & { readonly [K in UnaryName]: UnaryKernel }
  & { readonly [K in BinaryName]: BinaryKernel }
  & { readonly [K in `${BinaryName}Scalar`]: ScalarKernel };

/** Exports of kernels.wasm; each is described where it is defined, in assembly/ and build/. */
export interface Kernels extends ElementwiseKernels {
  readonly memory: WebAssembly.Memory;
  arenaAddress(): Address;
  quantilesAddress(): Address;
  convolutionAddress(): Address;
  convolve(): void;
  convolutionWeight(): void;
  phaseWeight(
    to: Address,
    weight: Address,
    o: number,
    kh: number,
    kw: number,
    inputs: number,
    groups: number,
    stride: number,
    firstRow: number,
    rows: number,
    firstColumn: number,
    columns: number,
  ): void;
  spacePixels(to: Address, from: Address, columns: number, bytes: number, stride: number): void;
  applyView(
    activation: number,
    to: Address,
    from: Address,
    pixels: number,
    channels: number,
    scale: Address,
    shift: Address,
  ): void;
  normalizationVectors(
    mean: Address,
    variance: Address,
    weight: Address,
    bias: Address,
    epsilon: number,
    scale: Address,
    shift: Address,
    channels: number,
  ): void;
  channelStatistics(
    x: Address,
    rows: number,
    channels: number,
    mean: Address,
    variance: Address,
    scratch: Address,
  ): void;
  gaussian(y: Address, count: number, key0: number, key1: number, stream: number, draw: number): void;
  fill(y: Address, count: number, value: number): void;
  copyRows(y: Address, yPitch: number, x: Address, xPitch: number, bytes: number, rows: number): void;
  channelsFirst(y: Address, x: Address, n: number, area: number, channels: number): void;
  sum(y: Address, x: Address, count: number, divisor: number): void;
  sumAbsDifference(y: Address, a: Address, b: Address, count: number): void;
  windowPool(
    y: Address,
    x: Address,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    padding: number,
    largest: boolean,
  ): void;
  adaptivePool(y: Address, x: Address, n: number, h: number, w: number, c: number, size: number): void;
  movePooled(
    image: Address,
    x: Address,
    y: Address,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    padding: number,
    scatters: boolean,
  ): void;
  windowUnpool(
    x: Address,
    y: Address,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    padding: number,
  ): void;
  adaptiveUnpool(x: Address, y: Address, n: number, h: number, w: number, c: number, size: number): void;
  logSoftmax(y: Address, x: Address, rows: number, count: number): void;
  repeatRows(y: Address, x: Address, rows: number, bytes: number, times: number): void;
  fillFrom(y: Address, x: Address, count: number): void;
  sumRows(y: Address, x: Address, rows: number, channels: number, scratch: Address): void;
  multiplyAdds(steps: number, left: number, right: number): number;
  multiplyAddFuses(one: number): number;
}

/** Fetches and compiles kernels.wasm, from a file or from https alike. */
export async function compileModule(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("./kernels.wasm", import.meta.url));
  return await WebAssembly.compile(await response.arrayBuffer());
}

/** An instance with a memory of its own, its table of normal quantiles filled. */
export function instantiateKernels(module: WebAssembly.Module): Kernels {
  const kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
  new Int32Array(kernels.memory.buffer, kernels.quantilesAddress(), normalQuantiles().length).set(normalQuantiles());
  return kernels;
}
