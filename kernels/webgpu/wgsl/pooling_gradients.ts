/**
 * The transposes (gradients) of pooling. Windows may overlap, so one input value may receive from several. An
 * invocation therefore belongs to an input value and sums over its windows: no two invocations write to one address,
 * and sums are in the same order on every run.
 */
import { type Kernel, MAIN } from "./kernel.ts";

/** A pooling's two sides: x `[n, h, w, c]`, y `[n, oh, ow, c]`. */
const fields = {
  x: "at",
  y: "at",
  to: "at",
  count: "u32",
  h: "u32",
  w: "u32",
  channels: "u32",
  oh: "u32",
  ow: "u32",
  kernel: "u32",
  stride: "u32",
  padding: "u32",
} as const;

/**
 * `fn largest(image, row, column, channel)`: the index in x of the largest value in a window of y; the first where
 * several are equal.
 */
const windowText = `
fn largest(image: u32, row: u32, column: u32, channel: u32) -> u32 {
  let top = i32(row * p.stride) - i32(p.padding);
  let start = i32(column * p.stride) - i32(p.padding);
  let fromRow = u32(max(top, 0));
  let toRow = u32(min(top + i32(p.kernel), i32(p.h)));
  let fromColumn = u32(max(start, 0));
  let toColumn = u32(min(start + i32(p.kernel), i32(p.w)));
  var best = ((image * p.h + fromRow) * p.w + fromColumn) * p.channels + channel;
  for (var y = fromRow; y < toRow; y++) {
    for (var x = fromColumn; x < toColumn; x++) {
      let at = ((image * p.h + y) * p.w + x) * p.channels + channel;
      if (scalar(p.x + at) > scalar(p.x + best)) { best = at; }
    }
  }
  return best;
}
/** How many positions of an extent a window covers. */
fn covered(position: u32, extent: u32) -> u32 {
  let first = i32(position * p.stride) - i32(p.padding);
  return u32(min(first + i32(p.kernel), i32(extent)) - max(first, 0));
}
/** The first window that covers a position, and the one after the last. */
fn windows(position: u32, outputs: u32) -> vec2<u32> {
  let padded = position + p.padding;
  let first = (max(padded + 1u, p.kernel) - p.kernel + p.stride - 1u) / p.stride;
  return vec2<u32>(first, min(padded / p.stride + 1u, outputs));
}`;

/** WGSL: the position of an invocation, given the extents of the tensor that it writes. */
const place = (rows: string, columns: string): string => `
${MAIN}
  if (index >= p.count) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let column = pixel % ${columns};
  let row = pixel / ${columns} % ${rows};
  let image = pixel / ${columns} / ${rows};`;

/**
 * For each window of x, the element of `y` (a tensor of x's shape) at the index of the window's largest value. Memory
 * traffic: x once, mostly from cache.
 */
export const poolGather = {
  fields,
  width: 1,
  body: `${windowText}
${place("p.oh", "p.ow")}
  store(p.to + index, stored(p.y + largest(image, row, column, channel)));
}`,
} as const satisfies Kernel;

/**
 * The gradient of max pooling: adds each value of y where the largest value of its window is in x. Memory traffic: for
 * each input value, every value of every window that holds it, from cache; the output once.
 */
export const poolScatter = {
  fields,
  width: 1,
  body: `${windowText}
${place("p.h", "p.w")}
  let down = windows(row, p.oh);
  let across = windows(column, p.ow);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    for (var j = across.x; j < across.y; j++) {
      if (largest(image, i, j, channel) == index) {
        sum += scalar(p.y + ((image * p.oh + i) * p.ow + j) * p.channels + channel);
      }
    }
  }
  putScalar(p.to + index, sum);
}`,
} as const satisfies Kernel;

/**
 * The gradient of average pooling: divides each value of y equally among the positions of its window. Memory traffic:
 * each value of y once for every position of its window, the output once.
 */
export const unpoolWindow = {
  fields,
  width: 1,
  body: `${windowText}
${place("p.h", "p.w")}
  let down = windows(row, p.oh);
  let across = windows(column, p.ow);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    for (var j = across.x; j < across.y; j++) {
      let share = f32(covered(i, p.h) * covered(j, p.w));
      sum += scalar(p.y + ((image * p.oh + i) * p.ow + j) * p.channels + channel) / share;
    }
  }
  putScalar(p.to + index, sum);
}`,
} as const satisfies Kernel;

/**
 * The gradient of adaptive pooling: divides each value of y equally among the positions of its part. Memory traffic: y
 * a few times, the output once.
 */
export const unpoolAdaptive = {
  fields: { y: "at", to: "at", count: "u32", h: "u32", w: "u32", channels: "u32", size: "u32" },
  width: 1,
  body: `
/** The first part that covers a position, and the one after the last: parts may share a position. */
fn parts(position: u32, extent: u32) -> vec2<u32> {
  return vec2<u32>(position * p.size / extent, ((position + 1u) * p.size + extent - 1u) / extent);
}
fn covered(part: u32, extent: u32) -> u32 {
  return ((part + 1u) * extent + p.size - 1u) / p.size - part * extent / p.size;
}
${place("p.h", "p.w")}
  let down = parts(row, p.h);
  let across = parts(column, p.w);
  var sum = 0.0;
  for (var i = down.x; i < down.y; i++) {
    for (var j = across.x; j < across.y; j++) {
      let share = f32(covered(i, p.h) * covered(j, p.w));
      sum += scalar(p.y + ((image * p.size + i) * p.size + j) * p.channels + channel) / share;
    }
  }
  putScalar(p.to + index, sum);
}`,
} as const satisfies Kernel;
