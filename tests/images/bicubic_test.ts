import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { resizeBicubic } from "@zennas/zennas";
import { bytesOf, expected, picture } from "./images_case.ts";

for (const [name, results] of Object.entries(expected.bicubic)) {
  Deno.test(`${name} resized to ${results.length} sizes has Pillow's bits`, async () => {
    const image = await picture(name);
    for (const { size, sha256, pixels } of results) {
      const [width, height] = size as [number, number];
      const resized = resizeBicubic(image, { width, height });
      if (pixels !== undefined) assert.deepEqual([...resized.pixels], [...bytesOf(pixels)], `${width} × ${height}`);
      const hash = createHash("sha256").update(resized.pixels).digest("hex");
      assert.deepEqual([resized.width, resized.height, hash], [width, height, sha256]);
    }
  });
}

Deno.test("a part of a resized image is the same as that part of the whole", async () => {
  const image = await picture("cat"), size = { width: 61, height: 40 };
  const whole = resizeBicubic(image, size);
  for (const part of [{ left: 7, top: 3, width: 20, height: 30 }, { left: 41, top: 39, width: 20, height: 1 }]) {
    const { pixels, width, height } = resizeBicubic(image, { ...size, part });
    assert.deepEqual([width, height], [part.width, part.height]);
    const rows = Array.from({ length: height }, (_, row) => {
      const start = ((part.top + row) * whole.width + part.left) * 3;
      return [...whole.pixels.subarray(start, start + width * 3)];
    });
    assert.deepEqual([...pixels], rows.flat());
  }
});

Deno.test("sizes and parts that cannot be are refused", async () => {
  const image = await picture("noise");
  for (const size of [{ width: 0, height: 5 }, { width: 5, height: 2.5 }, { width: -1, height: 5 }]) {
    assert.throws(() => resizeBicubic(image, size), RangeError);
  }
  const part = { left: 3, top: 0, width: 3, height: 5 };
  assert.throws(() => resizeBicubic(image, { width: 5, height: 5, part }), {
    name: "RangeError",
    message: "Cannot take a box as it must be inside 5 × 5 pixels: got 3 × 5 at (3, 0)",
  });
});
