/**
 * The transposes of pooling. Where several windows give to one value, it is the value that collects, window by window, so
 * that no two invocations write to one place and sums are in the same order on every run.
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

/** `fn largest(image, row, column, channel)`: where in x the largest value of a window of y is, the first of equals. */
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

/** The position of an invocation, given the extents of the side that it writes. */
const place = (rows: string, columns: string): string => `
${MAIN}
  if (index >= p.count) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let column = pixel % ${columns};
  let row = pixel / ${columns} % ${rows};
  let image = pixel / ${columns} / ${rows};`;

/** The value of `y`, of x's shape, at the largest value of each window of x. Memory traffic: x once, mostly from cache. */
export const poolGather = {
  fields,
  width: 1,
  body: `${windowText}
${place("p.oh", "p.ow")}
  store(p.to + index, stored(p.y + largest(image, row, column, channel)));
}`,
} as const satisfies Kernel;

/** y to where each window's largest value is. Memory traffic: x as often as windows overlap, squared, from cache. */
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

/** y in equal parts over its windows. Memory traffic: y as often as windows overlap, the output once. */
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

/** y in equal parts over the near-equal parts of an adaptive pooling. Memory traffic: y a few times, the output once. */
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
