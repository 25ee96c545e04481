/** Pooling kernels: an invocation computes one output value, or the four values of a quad of channels. */
import { type Kernel, MAIN, type Width } from "./kernel.ts";

/** Parameters of a pooling over windows; `quads` counts invocations. */
export const windowPoolFields = {
  x: "at",
  y: "at",
  quads: "u32",
  h: "u32",
  w: "u32",
  channels: "u32",
  oh: "u32",
  ow: "u32",
  kernel: "u32",
  stride: "u32",
  padding: "u32",
} as const;

/** Parameters of an adaptive pooling to size × size; `quads` counts invocations. */
export const adaptivePoolFields = {
  x: "at",
  y: "at",
  quads: "u32",
  h: "u32",
  w: "u32",
  channels: "u32",
  size: "u32",
} as const;

/** WGSL: the output position and first channel of an invocation, given the output's extents. */
const place = (rows: string, columns: string, width: Width): string => `
  if (index >= p.quads) { return; }
  let across = (p.channels + ${width - 1}u) / ${width}u;
  let channel = index % across * ${width}u;
  let pixel = index / across;
  let column = pixel % ${columns};
  let row = pixel / ${columns} % ${rows};
  let image = pixel / ${columns} / ${rows};`;

const valueText = (width: Width): string =>
  width === 4
    ? `alias Value = vec4<f32>;
fn value(at: u32) -> Value { return quad(at); }
fn putValue(at: u32, value: Value) { putQuad(at, 4u, value); }
fn larger(a: Value, b: Value) -> Value { return select(select(max(a, b), b, areNan(b)), a, areNan(a)); }`
    : `alias Value = f32;
fn value(at: u32) -> Value { return scalar(at); }
fn putValue(at: u32, value: Value) { putScalar(at, value); }
fn larger(a: Value, b: Value) -> Value { return select(select(max(a, b), b, isNan(b)), a, isNan(a)); }`;

/**
 * The largest value or the mean of each window; padding is not counted. Sums go row by row. Memory traffic: each value
 * once for every window that holds it, mostly from cache; the output once.
 */
export function windowPoolKernel(
  width: Width,
  { largest }: { readonly largest: boolean },
): Kernel<typeof windowPoolFields> {
  return {
    fields: windowPoolFields,
    width,
    constants: { LARGEST: Number(largest) },
    body: `
override LARGEST: bool;
${valueText(width)}
${MAIN}
${place("p.oh", "p.ow", width)}
  let top = i32(row * p.stride) - i32(p.padding);
  let start = i32(column * p.stride) - i32(p.padding);
  let fromRow = u32(max(top, 0));
  let toRow = u32(min(top + i32(p.kernel), i32(p.h)));
  let fromColumn = u32(max(start, 0));
  let toColumn = u32(min(start + i32(p.kernel), i32(p.w)));
  var total = Value(0.0);
  var most = value(p.x + ((image * p.h + fromRow) * p.w + fromColumn) * p.channels + channel);
  for (var y = fromRow; y < toRow; y++) {
    var sum = Value(0.0);
    for (var x = fromColumn; x < toColumn; x++) {
      let element = value(p.x + ((image * p.h + y) * p.w + x) * p.channels + channel);
      sum += element;
      most = larger(most, element);
    }
    total += sum;
  }
  let count = f32((toRow - fromRow) * (toColumn - fromColumn));
  putValue(p.y + pixel * p.channels + channel, select(total / count, most, LARGEST));
}`,
  };
}

/**
 * Adaptive average pooling: the mean of each of size × size near-equal parts. Sums go row by row. Memory traffic: the
 * input once.
 */
export function adaptivePoolKernel(width: Width): Kernel<typeof adaptivePoolFields> {
  return {
    fields: adaptivePoolFields,
    width,
    body: `
${valueText(width)}
${MAIN}
${place("p.size", "p.size", width)}
  let fromRow = row * p.h / p.size;
  let toRow = ((row + 1u) * p.h + p.size - 1u) / p.size;
  let fromColumn = column * p.w / p.size;
  let toColumn = ((column + 1u) * p.w + p.size - 1u) / p.size;
  var total = Value(0.0);
  for (var y = fromRow; y < toRow; y++) {
    var sum = Value(0.0);
    for (var x = fromColumn; x < toColumn; x++) {
      sum += value(p.x + ((image * p.h + y) * p.w + x) * p.channels + channel);
    }
    total += sum;
  }
  putValue(p.y + pixel * p.channels + channel, total / f32((toRow - fromRow) * (toColumn - fromColumn)));
}`,
  };
}
