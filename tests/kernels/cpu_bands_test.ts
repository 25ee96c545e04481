/**
 * How convolutions are cut into bands. A change of these sizes changes no result: measure it with `deno task bench` before
 * you write other sizes here.
 */
import assert from "node:assert/strict";
import type { Shape } from "../../core/mod.ts";
import { type Band, bandBytes, chooseBand, chooseGradientBand, sliceChannels } from "../../kernels/cpu/bands.ts";
import { extents, flattened } from "../../kernels/cpu/rows/convolution.ts";
import { convolutionGeometry, type Geometry } from "../../kernels/lowering/geometry.ts";

/** A convolution's geometry. */
function geometry(x: Shape, { o, kernel, stride = 1, groups = 1 }: {
  readonly o: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}): Geometry {
  const [n, h, w, c] = x as [number, number, number, number], padding = kernel >> 1;
  const y = [n, Math.ceil(h / stride), Math.ceil(w / stride), o];
  return flattened(convolutionGeometry({ x, weight: [o, kernel, kernel, c / groups], y }, { stride, padding, groups }));
}

/**
 * Convolutions whose choice is narrow, so that most changes of the cost model show; the band of each, that of its weight's
 * gradient, the channels of a slice, and the pixels of a part.
 */
const expected: readonly (readonly [Geometry, Band, Band, channels: number, pixels: number])[] = [
  [geometry([1, 56, 56, 24], { o: 16, kernel: 1, stride: 2 }), { images: 1, rows: 7 }, { images: 1, rows: 4 }, 24, 196],
  [
    geometry([16, 32, 32, 96], { o: 96, kernel: 5, stride: 2, groups: 96 }),
    { images: 2, rows: 16 },
    { images: 1, rows: 8 },
    16,
    336,
  ],
  [
    geometry([16, 56, 56, 64], { o: 64, kernel: 5, groups: 64 }),
    { images: 1, rows: 12 },
    { images: 1, rows: 1 },
    64,
    510,
  ],
  [
    geometry([64, 32, 32, 3], { o: 3, kernel: 1, groups: 3 }),
    { images: 1, rows: 16386 },
    { images: 1, rows: 126 },
    3,
    10920,
  ],
  [
    geometry([3, 28, 28, 64], { o: 64, kernel: 7, groups: 64 }),
    { images: 1, rows: 15 },
    { images: 1, rows: 1 },
    64,
    420,
  ],
  [
    geometry([64, 112, 112, 96], { o: 96, kernel: 5, stride: 2, groups: 96 }),
    { images: 1, rows: 14 },
    { images: 1, rows: 2 },
    16,
    336,
  ],
  [geometry([1, 14, 14, 64], { o: 24, kernel: 7 }), { images: 1, rows: 14 }, { images: 1, rows: 6 }, 64, 196],
  [geometry([16, 4, 4, 64], { o: 64, kernel: 5 }), { images: 16, rows: 4 }, { images: 4, rows: 4 }, 64, 256],
  [geometry([64, 32, 32, 3], { o: 16, kernel: 3 }), { images: 16, rows: 32 }, { images: 1, rows: 4 }, 3, 2046],
  [
    geometry([3, 112, 112, 40], { o: 40, kernel: 7, groups: 40 }),
    { images: 1, rows: 28 },
    { images: 1, rows: 1 },
    16,
    816,
  ],
  [geometry([16, 14, 14, 64], { o: 128, kernel: 1 }), { images: 1, rows: 786 }, { images: 1, rows: 126 }, 64, 786],
  [geometry([3, 15, 13, 20], { o: 24, kernel: 5, stride: 2 }), { images: 3, rows: 8 }, { images: 2, rows: 8 }, 20, 168],
];

Deno.test("bands, slices and parts of convolutions", () => {
  for (const [one, band, gradientBand, channels, pixels] of expected) {
    const chosen = chooseBand(one), name = JSON.stringify(one);
    assert.deepEqual([chosen, chooseGradientBand(one)], [band, gradientBand], name);
    assert.deepEqual([sliceChannels(one), extents(one, chosen).partPixels], [channels, pixels], name);
  }
});

Deno.test("a band's bytes are its padded input rows, of a whole cache line where it holds a slice", () => {
  const layer = geometry([3, 15, 13, 20], { o: 24, kernel: 5, stride: 2 });
  assert.equal(bandBytes(layer, { images: 2, rows: 3 }), 2 * (2 * 2 + 5) * 17 * 20 * 4);
  const sliced = geometry([1, 199, 199, 20], { o: 20, kernel: 7, groups: 20 });
  assert.deepEqual([sliceChannels(sliced), bandBytes(sliced, { images: 1, rows: 1 })], [16, 7 * 205 * 16 * 4]);
});
