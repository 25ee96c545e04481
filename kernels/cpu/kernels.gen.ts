/** What `deno task build:wasm` found in the sources of kernels.wasm. */

/** The words of a convolution's descriptor, in order. */
export const convolutionFields = {
  x: "address",
  y: "address",
  weight: "address",
  bias: "address",
  scale: "address",
  shift: "address",
  activation: "i32",
  finishes: "bool",
  finishScale: "address",
  finishShift: "address",
  addend: "address",
  finish: "i32",
  mean: "address",
  variance: "address",
  n: "i32",
  h: "i32",
  w: "i32",
  c: "i32",
  oh: "i32",
  ow: "i32",
  o: "i32",
  kh: "i32",
  kw: "i32",
  stride: "i32",
  padding: "i32",
  paddingAfter: "i32",
  groups: "i32",
  bandImages: "i32",
  bandRows: "i32",
  partPixels: "i32",
  sliceChannels: "i32",
  band: "address",
  packed: "address",
  offsets: "address",
  statistics: "address",
  transformed: "address",
  backwards: "bool",
} as const;

/** The parameters of every kernel, in order; convolutions take theirs from the descriptor. */
export const kernelFields = {
  convolve: convolutionFields,
  phaseWeight: {
    to: "address",
    weight: "address",
    o: "i32",
    kh: "i32",
    kw: "i32",
    inputs: "i32",
    groups: "i32",
    stride: "i32",
    firstRow: "i32",
    rows: "i32",
    firstColumn: "i32",
    columns: "i32",
  },
  spacePixels: {
    to: "address",
    from: "address",
    images: "i32",
    rows: "i32",
    columns: "i32",
    bytes: "bytes",
    stride: "i32",
    toRow: "bytes",
    fromRow: "bytes",
    toImage: "bytes",
    fromImage: "bytes",
  },
  convolutionWeight: convolutionFields,
  channelsFirst: { y: "address", x: "address", n: "i32", area: "i32", channels: "i32" },
  copyRows: { y: "address", yPitch: "bytes", x: "address", xPitch: "bytes", bytes: "bytes", rows: "i32" },
  fill: { y: "address", count: "i32", value: "f32" },
  normalizationVectors: {
    mean: "address",
    variance: "address",
    weight: "address",
    bias: "address",
    epsilon: "f64",
    scale: "address",
    shift: "address",
    channels: "i32",
  },
  adaptivePool: { y: "address", x: "address", n: "i32", h: "i32", w: "i32", c: "i32", size: "i32" },
  windowPool: {
    y: "address",
    x: "address",
    n: "i32",
    h: "i32",
    w: "i32",
    c: "i32",
    oh: "i32",
    ow: "i32",
    kernel: "i32",
    stride: "i32",
    padding: "i32",
    largest: "bool",
  },
  adaptiveUnpool: { x: "address", y: "address", n: "i32", h: "i32", w: "i32", c: "i32", size: "i32" },
  movePooled: {
    image: "address",
    x: "address",
    y: "address",
    n: "i32",
    h: "i32",
    w: "i32",
    c: "i32",
    oh: "i32",
    ow: "i32",
    kernel: "i32",
    stride: "i32",
    padding: "i32",
    scatters: "bool",
  },
  windowUnpool: {
    x: "address",
    y: "address",
    n: "i32",
    h: "i32",
    w: "i32",
    c: "i32",
    oh: "i32",
    ow: "i32",
    kernel: "i32",
    stride: "i32",
    padding: "i32",
  },
  gaussian: { y: "address", count: "i32", key0: "u32", key1: "u32", stream: "u32", draw: "u32" },
  sum: { y: "address", x: "address", count: "i32", divisor: "f64" },
  sumAbsDifference: { y: "address", a: "address", b: "address", count: "i32" },
  logSoftmax: { y: "address", x: "address", rows: "i32", count: "i32" },
  fillFrom: { y: "address", x: "address", count: "i32" },
  repeatRows: { y: "address", x: "address", rows: "i32", bytes: "bytes", times: "i32" },
  sumRows: { y: "address", x: "address", rows: "i32", channels: "i32", scratch: "address" },
  channelStatistics: {
    x: "address",
    rows: "i32",
    channels: "i32",
    mean: "address",
    variance: "address",
    scratch: "address",
  },
  mergeParts: {
    states: "address",
    pitch: "bytes",
    parts: "i32",
    channels: "i32",
    count: "i32",
    lastCount: "i32",
    mean: "address",
    variance: "address",
  },
  convolveTiles: convolutionFields,
  relu: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  relu6: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  sigmoid: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  hard_sigmoid: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  swish: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  hard_swish: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  exp: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  log: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  sqrt: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  reciprocal: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  abs: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  sign: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  step: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  affine: { to: "address", from: "address", count: "i32", scaleBy: "f32", shiftBy: "f32" },
  add: { to: "address", from: "address", beside: "address", rows: "i32", count: "i32", period: "i32" },
  addScalar: { to: "address", from: "address", beside: "address", count: "i32" },
  mul: { to: "address", from: "address", beside: "address", rows: "i32", count: "i32", period: "i32" },
  mulScalar: { to: "address", from: "address", beside: "address", count: "i32" },
  applyView: {
    activation: "i32",
    to: "address",
    from: "address",
    pixels: "i32",
    count: "i32",
    scales: "address",
    shifts: "address",
  },
  applySlice: {
    activation: "i32",
    to: "address",
    toBytes: "bytes",
    from: "address",
    fromBytes: "bytes",
    pixels: "i32",
    count: "i32",
    scales: "address",
    shifts: "address",
  },
  densePanel: { offsets: "address", pixels: "i32", base: "address", packed: "address", y: "address" },
  depthwisePanel: { offsets: "address", pixels: "i32", base: "address", packed: "address", y: "address" },
  densePackedProducts: { offsets: "address", weights: "i32", base: "address", packed: "address", sums: "address" },
  denseSpreadProducts: { offsets: "address", weights: "i32", base: "address", packed: "address", sums: "address" },
  depthwisePackedProducts: { offsets: "address", weights: "i32", base: "address", packed: "address", sums: "address" },
} as const;

/** The exports of kernels.wasm. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  arenaAddress(): number;
  convolve(): void;
  phaseWeight(
    to: number,
    weight: number,
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
  spacePixels(
    to: number,
    from: number,
    images: number,
    rows: number,
    columns: number,
    bytes: number,
    stride: number,
    toRow: number,
    fromRow: number,
    toImage: number,
    fromImage: number,
  ): void;
  convolutionWeight(): void;
  convolutionAddress(): number;
  channelsFirst(y: number, x: number, n: number, area: number, channels: number): void;
  copyRows(y: number, yPitch: number, x: number, xPitch: number, bytes: number, rows: number): void;
  fill(y: number, count: number, value: number): void;
  normalizationVectors(
    mean: number,
    variance: number,
    weight: number,
    bias: number,
    epsilon: number,
    scale: number,
    shift: number,
    channels: number,
  ): void;
  multiplyAddFuses(one: number): number;
  multiplyAdds(steps: number, left: number, right: number): number;
  adaptivePool(y: number, x: number, n: number, h: number, w: number, c: number, size: number): void;
  windowPool(
    y: number,
    x: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    padding: number,
    largest: number,
  ): void;
  adaptiveUnpool(x: number, y: number, n: number, h: number, w: number, c: number, size: number): void;
  movePooled(
    image: number,
    x: number,
    y: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    padding: number,
    scatters: number,
  ): void;
  windowUnpool(
    x: number,
    y: number,
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
  gaussian(y: number, count: number, key0: number, key1: number, stream: number, draw: number): void;
  quantilesAddress(): number;
  sum(y: number, x: number, count: number, divisor: number): void;
  sumAbsDifference(y: number, a: number, b: number, count: number): void;
  logSoftmax(y: number, x: number, rows: number, count: number): void;
  fillFrom(y: number, x: number, count: number): void;
  repeatRows(y: number, x: number, rows: number, bytes: number, times: number): void;
  sumRows(y: number, x: number, rows: number, channels: number, scratch: number): void;
  channelStatistics(x: number, rows: number, channels: number, mean: number, variance: number, scratch: number): void;
  mergeParts(
    states: number,
    pitch: number,
    parts: number,
    channels: number,
    count: number,
    lastCount: number,
    mean: number,
    variance: number,
  ): void;
  convolveTiles(): void;
  relu(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  relu6(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  sigmoid(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  hard_sigmoid(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  swish(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  hard_swish(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  exp(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  log(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  sqrt(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  reciprocal(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  abs(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  sign(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  step(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  affine(to: number, from: number, count: number, scaleBy: number, shiftBy: number): void;
  add(to: number, from: number, beside: number, rows: number, count: number, period: number): void;
  addScalar(to: number, from: number, beside: number, count: number): void;
  mul(to: number, from: number, beside: number, rows: number, count: number, period: number): void;
  mulScalar(to: number, from: number, beside: number, count: number): void;
  applyView(
    activation: number,
    to: number,
    from: number,
    pixels: number,
    count: number,
    scales: number,
    shifts: number,
  ): void;
  applySlice(
    activation: number,
    to: number,
    toBytes: number,
    from: number,
    fromBytes: number,
    pixels: number,
    count: number,
    scales: number,
    shifts: number,
  ): void;
  densePanel(offsets: number, pixels: number, base: number, packed: number, y: number): void;
  depthwisePanel(offsets: number, pixels: number, base: number, packed: number, y: number): void;
  densePackedProducts(offsets: number, weights: number, base: number, packed: number, sums: number): void;
  denseSpreadProducts(offsets: number, weights: number, base: number, packed: number, sums: number): void;
  depthwisePackedProducts(offsets: number, weights: number, base: number, packed: number, sums: number): void;
}
