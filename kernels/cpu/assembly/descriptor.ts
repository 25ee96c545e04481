/** The descriptor of a convolution, through which the host passes its arguments. */

/**
 * Filled in by the host before a call, by the names of the fields: kernels.gen.ts has them in this order. Each takes a
 * word; addresses are 0 for what is absent. See rows/convolution.ts.
 */
@unmanaged
export class Convolution {
  x: usize;
  y: usize;
  weight: usize;
  bias: usize;
  scale: usize;
  shift: usize;
  activation: i32;
  /** What is done to the sums before the next convolution: `finish(sums · finishScale + finishShift + addend)`. */
  finishes: bool;
  finishScale: usize;
  finishShift: usize;
  addend: usize;
  finish: i32;
  mean: usize;
  variance: usize;
  n: i32;
  h: i32;
  w: i32;
  c: i32;
  oh: i32;
  ow: i32;
  o: i32;
  kh: i32;
  kw: i32;
  stride: i32;
  padding: i32;
  paddingAfter: i32;
  groups: i32;
  bandImages: i32;
  bandRows: i32;
  partPixels: i32;
  /** Channels that a band holds: all, or as many at a time as fit a cache line. */
  sliceChannels: i32;
  band: usize;
  packed: usize;
  offsets: usize;
  statistics: usize;
  /** Of a convolution by tiles: their inputs and products (see winograd.ts). */
  transformed: usize;
  /** Whether bands are computed from the last to the first. */
  backwards: bool;
}

const DESCRIPTOR: usize = memory.data(192, 64);

/** Where the host writes the description of the next convolution. */
export function convolutionAddress(): usize {
  return DESCRIPTOR;
}

/** The convolution that the host described. */
export function describedConvolution(): Convolution {
  return changetype<Convolution>(DESCRIPTOR);
}

/** Whether every channel is convolved by itself. */
export function isDepthwise(d: Convolution): bool {
  return d.groups == d.c && d.o == d.c && d.groups > 1;
}

/** Output channels that can share a panel: those of one group, or all in a depthwise convolution. */
export function panelGroup(d: Convolution): i32 {
  return isDepthwise(d) ? d.o : d.o / d.groups;
}
