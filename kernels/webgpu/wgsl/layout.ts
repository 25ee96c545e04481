/** Kernels that move values without changing them. */
import { type Kernel, MAIN } from "./kernel.ts";

/**
 * Copies `columns` columns, from column `skip` on, of each row of x to column `first` on of the same row of y. Rows of
 * x are `xPitch` values apart, rows of y `yPitch`. Memory traffic: the tensor in, the tensor out.
 */
export const copyRows = {
  fields: {
    x: "at",
    y: "at",
    xSpace: "u32",
    ySpace: "u32",
    first: "u32",
    count: "u32",
    columns: "u32",
    skip: "u32",
    xPitch: "u32",
    yPitch: "u32",
  },
  width: 1,
  body: `
${MAIN}
  if (index >= p.count) { return; }
  let row = index / p.columns;
  let column = index % p.columns;
  put(p.ySpace, p.y + row * p.yPitch + p.first + column, load(p.xSpace, p.x + row * p.xPitch + p.skip + column));
}`,
} as const satisfies Kernel;

/** Transposes `[n, rows, columns]` to `[n, columns, rows]`. Memory traffic: the tensor in, the tensor out. */
export const transposeRows = {
  fields: { x: "at", y: "at", count: "u32", rows: "u32", columns: "u32" },
  width: 1,
  body: `
${MAIN}
  if (index >= p.count) { return; }
  let image = p.rows * p.columns;
  let within = index % image;
  let source = index - within + within % p.rows * p.columns + within / p.rows;
  store(p.y + index, stored(p.x + source));
}`,
} as const satisfies Kernel;

/**
 * Broadcasts a small tensor x over a large one y: element i of y is element `⌊i / period⌋ · inner + i mod inner` of x.
 * Memory traffic: the output once.
 */
export const spread = {
  fields: { x: "at", y: "at", xSpace: "u32", ySpace: "u32", count: "u32", period: "u32", inner: "u32" },
  width: 1,
  body: `
${MAIN}
  if (index >= p.count) { return; }
  put(p.ySpace, p.y + index, load(p.xSpace, p.x + index / p.period * p.inner + index % p.inner));
}`,
} as const satisfies Kernel;
