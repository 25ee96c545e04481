import assert from "node:assert/strict";
import {
  autoAugmentPolicies,
  type OperationName,
  operationNames,
  operationValue,
  randAugmentOperations,
} from "@zennas/zennas";
import published from "../../fixtures/augment/policies.json" with { type: "json" };

for (const name of ["cifar10", "imagenet"] as const) {
  Deno.test(`AutoAugment's policy for ${name} is the one in the published Zen-NAS code, but for its misprint`, () => {
    const rows = autoAugmentPolicies[name].map((entries) =>
      entries.map(([operation, probability, magnitude]) =>
        `${probability.toFixed(1)} ${operation.toLowerCase()} ${magnitude}`
      ).join(" ")
    );
    const expected = published[name].map((row) => row.toLowerCase());
    if (name === "cifar10") {
      assert.equal(expected[16], "0.2 equalize 8 0.8 equalize 4"); // the paper has 0.6
      expected[16] = "0.2 equalize 8 0.6 equalize 4";
    }
    assert.equal(rows.length, 25);
    assert.deepEqual(rows, expected);
  });
}

Deno.test("RandAugment draws from the paper's 14 operations", () => {
  assert.equal(new Set(randAugmentOperations).size, 14);
  assert.deepEqual(new Set(operationNames).difference(new Set(randAugmentOperations)), new Set(["invert"]));
});

/** Values at no effect, to one side and to the other, of an image of 331 × 662 pixels; the ranges of the paper. */
const ranges: Readonly<Record<OperationName, readonly [number, number, number]>> = {
  identity: [0, 0, 0],
  shearX: [0, 0.3, -0.3],
  shearY: [0, 0.3, -0.3],
  translateX: [0, 150, -150],
  translateY: [0, 300, -300],
  rotate: [0, 30, -30],
  autoContrast: [0, 0, 0],
  invert: [0, 0, 0],
  equalize: [0, 0, 0],
  solarize: [256, 0, 0],
  posterize: [8, 4, 4],
  contrast: [1, 1.9, 0.1],
  color: [1, 1.9, 0.1],
  brightness: [1, 1.9, 0.1],
  sharpness: [1, 1.9, 0.1],
};

Deno.test("values go from no effect to the ends of the paper's ranges", () => {
  for (const operation of operationNames) {
    const value = (share: number, sign: 1 | -1): number =>
      operationValue(operation, { share, sign, width: 331, height: 662 });
    const made = [value(0, 1), value(1, 1), value(1, -1)];
    for (const [at, expected] of ranges[operation].entries()) {
      assert.ok(Math.abs(made[at]! - expected) < 1e-12, `${operation}: ${made}`);
    }
  }
});

Deno.test("posterize keeps the bits that ten steps from 8 to 4 round to", () => {
  const bits = Array.from(
    { length: 10 },
    (_, step) => operationValue("posterize", { share: step / 9, sign: 1, width: 1, height: 1 }),
  );
  assert.deepEqual(bits, [8, 8, 7, 7, 6, 6, 5, 5, 4, 4]);
});
