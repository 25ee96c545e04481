import assert from "node:assert/strict";
import {
  type AugmentationPlan,
  type AugmentationRecipe,
  autoAugmentPolicies,
  cifarRecipe,
  drawAugmentation,
  imagenetRecipe,
  normalizations,
  operationValue,
  type PixelSize,
  type PolicyRecipe,
  randAugmentOperations,
} from "@zennas/zennas";

const DRAWS = 4000;
const square = { width: 32, height: 32 };
const style = { fill: [128, 128, 128], shearing: "bicubic" } as const;
const plain: AugmentationRecipe = { flip: 0, normalization: normalizations.cifar };

/** Plans of many images. */
function plansOf(recipe: AugmentationRecipe, image: PixelSize = square, draws = DRAWS): AugmentationPlan[] {
  return Array.from({ length: draws }, (_, index) => drawAugmentation(image, { recipe, seed: 5, epoch: 1, index }));
}

/** Throws unless a share of draws is within 5 standard deviations of its probability. */
function assertShare(counted: number, { of, probability }: { of: number; probability: number }, what?: string): void {
  const deviation = Math.sqrt(of * probability * (1 - probability));
  assert.ok(Math.abs(counted - of * probability) <= 5 * deviation, `${what}: ${counted} of ${of}, not ${probability}`);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("padded crops are at all 9 × 9 places alike", () => {
  const boxes = plansOf(cifarRecipe({ size: 32 })).map(({ crop }) => crop!.box);
  for (const side of ["left", "top"] as const) {
    for (let place = -4; place <= 4; place++) {
      const counted = boxes.filter((box) => box[side] === place).length;
      assertShare(counted, { of: DRAWS, probability: 1 / 9 }, `${side} ${place}`);
    }
  }
  assert.ok(boxes.every(({ left, top, width, height }) => width === 32 && height === 32 && left <= 4 && top <= 4));
  assert.equal(new Set(boxes.map(({ left, top }) => `${left} ${top}`)).size, 81);
});

Deno.test("a crop larger than the image with its border is refused", () => {
  assert.throws(() => plansOf(cifarRecipe({ size: 41 }), square, 1), {
    name: "RangeError",
    message: "Cannot crop as 40 × 40 pixels with the border are too few: got 41",
  });
  assert.equal(plansOf(cifarRecipe({ size: 40 }), square, 1)[0]!.crop!.box.left, -4);
});

Deno.test("flips have their probability", () => {
  for (const flip of [0, 0.5, 0.8, 1]) {
    const counted = plansOf({ ...plain, flip }).filter((plan) => plan.flip).length;
    assertShare(counted, { of: DRAWS, probability: flip }, `flip ${flip}`);
  }
});

Deno.test("resized crops have areas and aspects of torchvision's ranges", () => {
  const image = { width: 500, height: 375 }, plans = plansOf(imagenetRecipe({ size: 224 }), image);
  const areas: number[] = [], aspects: number[] = [];
  for (const { crop } of plans) {
    const { left, top, width, height } = crop!.box;
    assert.ok(left >= 0 && top >= 0 && left + width <= 500 && top + height <= 375);
    assert.equal(crop!.size, 224);
    areas.push(width * height / (500 * 375));
    aspects.push(width / height);
  }
  assert.ok(Math.min(...areas) > 0.079 && Math.max(...areas) > 0.9, `${Math.min(...areas)} ${Math.max(...areas)}`);
  assert.ok(Math.min(...aspects) > 0.735 && Math.max(...aspects) < 1.36);
  // torchvision's sampling in Python, 200,000 draws: means 0.4323 and 0.0307, as large boxes are tried again
  assert.ok(Math.abs(mean(areas) - 0.4323) < 0.017, `${mean(areas)}`);
  assert.ok(Math.abs(mean(aspects.map(Math.log)) - 0.0307) < 0.013, `${mean(aspects.map(Math.log))}`);
});

Deno.test("where no resized crop fits, the largest one in the middle is taken", () => {
  const recipe = { ...plain, crop: { kind: "resized", size: 8, area: [1, 1], aspect: [3 / 4, 4 / 3] } as const };
  const boxOf = (width: number, height: number) => plansOf(recipe, { width, height }, 1)[0]!.crop!.box;
  assert.deepEqual(boxOf(100, 9), { left: 44, top: 0, width: 12, height: 9 });
  assert.deepEqual(boxOf(9, 100), { left: 0, top: 44, width: 9, height: 12 });
  assert.deepEqual(boxOf(1, 1), { left: 0, top: 0, width: 1, height: 1 });
});

Deno.test("erased rectangles have their probability, areas and aspects", () => {
  const size = { width: 64, height: 64 }, recipe = { ...plain, erasing: cifarRecipe({ size: 64 }).erasing };
  const boxes = plansOf(recipe, size).flatMap(({ erased }) => erased ? [erased] : []);
  assertShare(boxes.length, { of: DRAWS, probability: 0.5 }, "erased");
  for (const { left, top, width, height } of boxes) {
    assert.ok(left >= 0 && top >= 0 && left + width <= 64 && top + height <= 64 && width < 64 && height < 64);
  }
  const areas = boxes.map(({ width, height }) => width * height / 4096);
  const aspects = boxes.map(({ width, height }) => height / width);
  assert.ok(Math.min(...areas) > 0.017 && Math.max(...areas) < 0.34 && Math.max(...areas) > 0.31);
  assert.ok(Math.abs(mean(areas) - 0.175) < 0.01, `${mean(areas)}`);
  assert.ok(Math.min(...aspects) < 0.4 && Math.max(...aspects) > 3);
  assert.ok(Math.abs(mean(aspects) - 1.8) < 0.1, `${mean(aspects)}`); // drawn uniformly, not by their logarithm
  assert.ok(plansOf(cifarRecipe({ size: 32, erasing: false })).every(({ erased }) => erased === undefined));
});

Deno.test("nothing is erased where no rectangle is smaller than the image", () => {
  const recipe = { ...plain, erasing: { probability: 1, area: [1, 1], aspect: [1, 1] } as const };
  assert.ok(plansOf(recipe, square, 20).every(({ erased }) => erased === undefined));
});

Deno.test("AutoAugment draws its sub-policies alike, and their operations by their probabilities", () => {
  for (const policy of ["cifar10", "imagenet"] as const) {
    const plans = plansOf({ ...plain, policy: { ...style, kind: "auto", policy } });
    const expected = new Map<string, number>(), table = autoAugmentPolicies[policy];
    for (const entries of table) {
      for (const [operation, probability] of entries) {
        expected.set(operation, (expected.get(operation) ?? 0) + probability / 25);
      }
    }
    const calls = plans.flatMap(({ operations }) => operations);
    for (const [operation, rate] of expected) {
      const counted = calls.filter((call) => call.operation === operation).length;
      assert.ok(Math.abs(counted - rate * DRAWS) < 5 * Math.sqrt(2 * rate * DRAWS) + 1, `${operation}: ${counted}`);
    }
    assert.deepEqual(new Set(calls.map(({ operation }) => operation)).difference(new Set(expected.keys())), new Set());
    assert.ok(calls.every(({ fill, shearing }) => `${fill}` === "128,128,128" && shearing === "bicubic"));
  }
});

Deno.test("AutoAugment's operations have their magnitudes, to either side", () => {
  const plans = plansOf({ ...plain, policy: { ...style, kind: "auto", policy: "cifar10" } });
  const turned = plans.flatMap(({ operations }) => operations.filter(({ operation }) => operation === "rotate"));
  const expected = operationValue("rotate", { share: 2 / 9, sign: 1, ...square });
  assert.deepEqual(new Set(turned.map(({ value }) => value)), new Set([expected, -expected]));
  const toRight = turned.filter(({ value }) => value > 0).length;
  assertShare(toRight, { of: turned.length, probability: 0.5 }, "rotated to the left");
});

Deno.test("RandAugment draws N operations of magnitude M, all alike", () => {
  const policy: PolicyRecipe = { ...style, kind: "random", count: 2, magnitude: 5 };
  const plans = plansOf({ ...plain, policy });
  assert.ok(plans.every(({ operations }) => operations.length === 2));
  const calls = plans.flatMap(({ operations }) => operations);
  for (const name of randAugmentOperations) {
    const counted = calls.filter(({ operation }) => operation === name);
    assertShare(counted.length, { of: calls.length, probability: 1 / 14 }, name);
    const values = [1, -1].map((sign) => operationValue(name, { share: 0.5, sign: sign as 1 | -1, ...square }));
    assert.deepEqual(new Set(counted.map(({ value }) => value)), new Set(values), name);
  }
  for (const magnitude of [-1, 10.5, NaN]) {
    assert.throws(() => plansOf({ ...plain, policy: { ...policy, magnitude } }, square, 1), {
      name: "RangeError",
      message: `Cannot draw operations as RandAugment's magnitude is 0 … 10: got ${magnitude}`,
    });
  }
});

Deno.test("colour jitter draws three factors and their order", () => {
  const plans = plansOf({ ...plain, jitter: { brightness: 0.4, contrast: 0.2, saturation: 2 } });
  const bounds = { brightness: [0.6, 1.4], contrast: [0.8, 1.2], color: [0, 3] } as const;
  const orders = plans.map(({ operations }) => operations.map(({ operation }) => operation).join());
  assert.equal(new Set(orders).size, 6);
  for (const order of new Set(orders)) {
    const counted = orders.filter((other) => other === order).length;
    assertShare(counted, { of: DRAWS, probability: 1 / 6 }, order);
  }
  for (const [name, [low, high]] of Object.entries(bounds)) {
    const values = plans.map(({ operations }) => operations.find(({ operation }) => operation === name)!.value);
    const span = high - low;
    assert.ok(Math.min(...values) >= low && Math.min(...values) < low + 0.01 * span, name);
    assert.ok(Math.max(...values) <= high && Math.max(...values) > high - 0.01 * span, name);
  }
});

Deno.test("lighting has the covariance of ImageNet's colours", () => {
  const shifts = plansOf({ ...plain, lighting: 0.1 }).map(({ lighting }) => lighting!);
  const covariance = (a: number, b: number): number => mean(shifts.map((shift) => shift[a]! * shift[b]!));
  // Σ vector · vector · (0.1 · value)² over the three principal components
  const expected = [[1.5421, 1.5585, 1.5494], [1.5585, 1.5971, 1.6029], [1.5494, 1.6029, 1.6286]];
  for (const a of [0, 1, 2]) {
    assert.ok(Math.abs(mean(shifts.map((shift) => shift[a]!))) < 0.0011);
    for (const b of [0, 1, 2]) {
      assert.ok(Math.abs(covariance(a, b) * 1e4 / expected[a]![b]! - 1) < 0.12, `${a} ${b}: ${covariance(a, b)}`);
    }
  }
  assert.ok(plansOf(plain).every(({ lighting }) => lighting === undefined));
});

Deno.test("named recipes have the steps that Zen-NAS trains with", () => {
  const erasing = { probability: 0.5, area: [0.02, 0.33], aspect: [0.3, 3.3] };
  const { policy, ...rest } = imagenetRecipe({ size: 224 });
  assert.deepEqual(policy, { ...style, kind: "auto", policy: "imagenet" });
  assert.deepEqual(rest, {
    crop: { kind: "resized", size: 224, area: [0.08, 1], aspect: [3 / 4, 4 / 3] },
    flip: 0.5,
    lighting: 0.1,
    normalization: normalizations.imagenet,
    erasing,
  });
  const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4 };
  assert.deepEqual(imagenetRecipe({ size: 224, policy: "none" }), { ...rest, jitter });
  assert.deepEqual(cifarRecipe({ size: 32 }), {
    crop: { kind: "padded", size: 32, padding: 4 },
    flip: 0.5,
    policy: { ...style, kind: "auto", policy: "cifar10" },
    normalization: normalizations.cifar,
    erasing,
  });
  assert.equal(cifarRecipe({ size: 32, policy: "none" }).policy, undefined);
});
