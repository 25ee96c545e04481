/** Image files as models take them. */
import assert from "node:assert/strict";
import { readImage } from "@zennas/zennas/mobile";
import sharp from "sharp";

type Colour = readonly [red: number, green: number, blue: number];

/** A picture of coloured columns, gone after the test. */
async function columnsFile(columns: readonly Colour[], height: number): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".png" }),
    raw = { width: columns.length, height, channels: 3 } as const;
  await sharp(Uint8Array.from(Array(height).fill(columns).flat(2)), { raw }).png().toFile(path);
  return path;
}

function assertClose(image: Float32Array, expected: readonly number[]): void {
  assert.equal(image.length % expected.length, 0);
  image.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index % expected.length]!) < 1e-4, `${index}: ${value}`);
  });
}

const black: Colour = [0, 0, 0], orange: Colour = [255, 51, 0];

Deno.test("an image is its centre, channels last, normalised by ImageNet's statistics unless told", async () => {
  const path = await columnsFile([black, black, orange, orange, black, black], 2), shape = [1, 2, 2, 3];
  // (1 − 0.485)/0.229, (0.2 − 0.456)/0.224, (0 − 0.406)/0.225
  assertClose(await readImage(path, { shape }), [2.24891, -1.14286, -1.80444]);
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
  assertClose(await readImage(path, { shape, normalization: plain }), [1, 0.2, 0]);
  await Deno.remove(path);
});

Deno.test("an image covers a shape that is no square, whichever side is too long", async () => {
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const, green: Colour = [0, 255, 0];
  const path = await columnsFile([black, green, orange, black], 1); // becomes 8 × 2, of which columns 1 … 6 are kept
  const wide = await readImage(path, { shape: [1, 2, 6, 3], normalization: plain });
  assert.equal(wide.length, 2 * 6 * 3);
  assert.ok(wide[4]! > 0.5 && wide[12]! > 0.5, `${wide}`);
  const tall = await readImage(path, { shape: [1, 4, 2, 3], normalization: plain }); // 16 × 4, of which 7 … 8
  assert.equal(tall.length, 4 * 2 * 3);
  assert.ok(tall[1]! > 0.4 && tall[3]! > 0.4, `${tall}`);
  await Deno.remove(path);
});

Deno.test("an image is turned as its EXIF orientation says", async () => {
  const path = await Deno.makeTempFile({ suffix: ".png" }), raw = { width: 2, height: 1, channels: 3 } as const;
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const file = sharp(Uint8Array.from([...black, ...orange]), { raw }).png().withMetadata({ orientation: 6 });
  await file.toFile(path); // 6: to be turned by 90° clockwise, which puts the left column on top
  const image = await readImage(path, { shape: [1, 2, 1, 3], normalization: plain });
  image.forEach((value, at) => assert.ok(Math.abs(value - [0, 0, 0, 1, 0.2, 0][at]!) < 1e-4, `${image}`));
  await Deno.remove(path);
});
