import assert from "node:assert/strict";
import {
  applyPipeline,
  centreBox,
  cifar100Classes,
  cropImage,
  evaluationPipeline,
  flipImage,
  normalizations,
  normalize,
  resizeBilinear,
} from "@zennas/zennas";
import { bytesOf, expected, largestDifference, picture } from "./images_case.ts";

/** Two rows of three pixels that all differ. */
const small = { width: 3, height: 2, pixels: Uint8Array.from({ length: 18 }, (_, index) => index * 10) };

for (const { image, crop, resolution, values } of expected.evaluation) {
  Deno.test(`${image} is made ready as the published networks were evaluated: ${crop} to ${resolution}`, async () => {
    const pipeline = evaluationPipeline({ crop, resolution, normalization: normalizations.imagenet });
    const tensor = applyPipeline(await picture(image), structuredClone(pipeline));
    assert.deepEqual([tensor.width, tensor.height], [resolution, resolution]);
    const difference = largestDifference(tensor.values, new Float32Array(bytesOf(values).buffer));
    assert.ok(difference <= 1e-6, `${difference}`);
  });
}

Deno.test("without a crop the whole image is normalised, with PyTorch's bits", () => {
  const pipeline = evaluationPipeline({ resolution: 2, normalization: normalizations.cifar });
  const square = { width: 2, height: 2, pixels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 253, 254, 255) };
  // torchvision's ToTensor and Normalize on these pixels.
  const byHand = [...square.pixels].map((value, index) => {
    const { mean, std } = normalizations.cifar, channel = index % 3, { fround } = Math;
    return fround(fround(fround(value / 255) - fround(mean[channel]!)) / fround(std[channel]!));
  });
  assert.deepEqual([...applyPipeline(square, pipeline).values], byHand);
});

Deno.test("resizing bilinearly takes two neighbours a side, whatever the scale", () => {
  const ramp = { width: 4, height: 1, values: Float32Array.from([0, 1, 2, 10].flatMap((value) => [value, -value, 1])) };
  const { values } = resizeBilinear({ ...ramp, height: 1 }, 2);
  assert.deepEqual([...values], [0.5, -0.5, 1, 6, -6, 1, 0.5, -0.5, 1, 6, -6, 1]);
  const same = { width: 2, height: 2, values: new Float32Array(12) };
  assert.equal(resizeBilinear(same, 2), same);
});

Deno.test("a crop has the pixels of its place, a flip has them the other way round", () => {
  const cropped = cropImage(small, { left: 1, top: 1, width: 2, height: 1 });
  assert.deepEqual(cropped, { width: 2, height: 1, pixels: Uint8Array.of(120, 130, 140, 150, 160, 170) });
  assert.throws(() => cropImage(small, { left: 2, top: 0, width: 2, height: 1 }), RangeError);
  const flipped = flipImage(small);
  assert.deepEqual([...flipped.pixels.subarray(0, 9)], [60, 70, 80, 30, 40, 50, 0, 10, 20]);
  assert.deepEqual(flipImage(flipped), small);
});

Deno.test("an odd margin is rounded to the even side, as Python rounds", () => {
  const lefts = [224, 225, 226, 227, 228, 229, 231].map((width) => centreBox({ width, height: 224 }, 224).left);
  assert.deepEqual(lefts, [0, 0, 1, 2, 2, 2, 4]);
  assert.throws(() => centreBox({ width: 10, height: 5 }, 6), RangeError);
});

Deno.test("channels are normalised by their own mean and deviation", () => {
  const { values } = normalize(small, { mean: [0, 0.5, 1], std: [1, 0.5, 2] });
  const { fround } = Math;
  assert.deepEqual([...values.subarray(15)], [
    fround(150 / 255),
    fround(fround(fround(160 / 255) - 0.5) / 0.5),
    fround(fround(fround(170 / 255) - 1) / 2),
  ]);
});

Deno.test("CIFAR-100 has 100 classes in the order of their names", () => {
  assert.equal(new Set(cifar100Classes).size, 100);
  assert.deepEqual([...cifar100Classes].sort(), cifar100Classes);
});
