import assert from "node:assert/strict";
import { resizeBicubic, type RgbImage } from "@zennas/zennas";
import { Resizer } from "../../../core/io/data/resizer.ts";
import { picture } from "../../images/images_case.ts";

const names = ["cat", "edges", "noise"];

Deno.test("WebAssembly resizes to the same bits, whole images and parts, larger and smaller ones in turn", async () => {
  const resizer = await Resizer.load();
  const images = await Promise.all(names.map(picture));
  for (const image of images) {
    for (
      const [width, height] of [[12, 8], [150, 131], [1, 1], [5, 64], [image.width, 7], [33, image.height]] as const
    ) {
      const left = width >> 2, top = height >> 2;
      const parts = [undefined, { left, top, width: width - left, height: height - top }];
      for (const part of parts) {
        const options = { width, height, part };
        assert.deepEqual(resizer.resize(image, options), resizeBicubic(image, options), `${width} × ${height}`);
      }
    }
  }
});

Deno.test("an image too large for its memory is resized without it", async () => {
  const resizer = await Resizer.load();
  const width = 9000, height = 2600;
  const image: RgbImage = { width, height, pixels: new Uint8Array(width * height * 3).fill(9) };
  const { pixels } = resizer.resize(image, { width: 3, height: 2 });
  assert.deepEqual([...pixels], Array(18).fill(9));
  assert.ok(resizer.memoryBytes < 2 ** 22, `${resizer.memoryBytes}`);
});
