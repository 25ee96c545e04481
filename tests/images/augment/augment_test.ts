import assert from "node:assert/strict";
import {
  applyAugmentation,
  augment,
  type AugmentationPlan,
  type AugmentationRecipe,
  cifarRecipe,
  drawAugmentation,
  imagenetRecipe,
  normalizations,
  normalize,
  resizeBicubic,
} from "@zennas/zennas";
import fixture from "../../fixtures/augment/operations.json" with { type: "json" };
import plans from "../../fixtures/augment/plans.json" with { type: "json" };
import { bytesOf, largestDifference } from "../images_case.ts";

const cat = { ...fixture.sources.cat, pixels: bytesOf(fixture.sources.cat.pixels) };
const cifar = { ...fixture.sources.cifar0, pixels: bytesOf(fixture.sources.cifar0.pixels) };
const normalization = normalizations.imagenet;

for (const { plan, width, height, values } of plans) {
  Deno.test(`the plan ${JSON.stringify(plan)} makes what Pillow and NumPy make`, () => {
    const made = applyAugmentation(cat, { ...plan, normalization } as unknown as AugmentationPlan);
    assert.deepEqual([made.width, made.height], [width, height]);
    assert.equal(largestDifference(made.values, new Float32Array(bytesOf(values).buffer)), 0);
  });
}

Deno.test("augment follows the plan that is drawn for the image's seed, epoch and index", () => {
  const draw = { recipe: cifarRecipe({ size: 32 }), seed: 3, epoch: 4 };
  for (let index = 0; index < 50; index++) {
    const expected = applyAugmentation(cifar, drawAugmentation(cifar, { ...draw, index }));
    assert.deepEqual(augment(cifar, { ...draw, index }), expected, `${index}`);
  }
});

Deno.test("an image is the same whatever was augmented before it, and its pixels stay", () => {
  const before = cifar.pixels.slice(), draw = { recipe: cifarRecipe({ size: 32 }), seed: 1, epoch: 2 };
  const forwards = Array.from({ length: 40 }, (_, index) => augment(cifar, { ...draw, index }).values);
  const backwards = forwards.map((_, place) => augment(cifar, { ...draw, index: 39 - place }).values).toReversed();
  assert.deepEqual(backwards, forwards);
  assert.deepEqual(cifar.pixels, before);
});

Deno.test("images, epochs and seeds differ", () => {
  const recipe = cifarRecipe({ size: 32 }), first = { recipe, seed: 1, epoch: 0, index: 0 };
  for (const change of ["seed", "epoch", "index"] as const) {
    const all = new Set(
      Array.from({ length: 30 }, (_, value) => `${augment(cifar, { ...first, [change]: value }).values}`),
    );
    assert.ok(all.size >= 29, `${change}: ${all.size} of 30 are different`);
  }
});

Deno.test("a recipe of nothing normalises alone", () => {
  const recipe: AugmentationRecipe = { flip: 0, normalization };
  assert.deepEqual(augment(cat, { recipe, seed: 1, epoch: 0, index: 0 }), normalize(cat, normalization));
});

Deno.test("a resizing that is given is the one that is used", () => {
  const recipe = imagenetRecipe({ size: 20 }), draw = { recipe, seed: 1, epoch: 0, index: 5 };
  let resized = 0;
  const made = augment(cat, {
    ...draw,
    resize: (...args) => {
      resized++;
      return resizeBicubic(...args);
    },
  });
  assert.equal(resized, 1);
  assert.deepEqual(made, augment(cat, draw));
  assert.equal(made.values.length, 20 * 20 * 3);
});

Deno.test("a recipe survives being posted to a thread", () => {
  for (const recipe of [cifarRecipe({ size: 32 }), imagenetRecipe({ size: 24, policy: "none" })]) {
    const draw = { seed: 9, epoch: 1, index: 2 };
    const posted = augment(cifar, { ...draw, recipe: structuredClone(recipe) });
    assert.deepEqual(posted, augment(cifar, { ...draw, recipe }));
    assert.deepEqual(JSON.parse(JSON.stringify(recipe)), structuredClone(JSON.parse(JSON.stringify(recipe))));
  }
});
