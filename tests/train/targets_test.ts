import assert from "node:assert/strict";
import { drawMix, labelTargets, mixRows } from "@zennas/zennas";

const close = (values: ArrayLike<number>, expected: readonly number[]): void => {
  assert.equal(values.length, expected.length);
  for (const [at, value] of expected.entries()) assert.ok(Math.abs(values[at]! - value) < 1e-6, `${at}: ${values[at]}`);
};

Deno.test("targets are 0.9 at the label of ten, and 0.1 spread over all classes", () => {
  const smoothed = labelTargets([1, 0], { classes: 10, smoothing: 0.1 });
  const row = (label: number): number[] => Array.from({ length: 10 }, (_, at) => at === label ? 0.91 : 0.01);
  close(smoothed, [...row(1), ...row(0)]);
  close(labelTargets([2], { classes: 3 }), [0, 0, 1]);
});

Deno.test("labels that no class has, and parts outside 0 … 1, are refused", () => {
  for (const label of [-1, 3, 0.5, NaN]) {
    assert.throws(() => labelTargets([0, label], { classes: 3 }), {
      name: "RangeError",
      message: `Cannot make targets as labels are 0 … 2: got ${label}`,
    });
  }
  for (const smoothing of [-0.1, 1.1, NaN]) {
    assert.throws(() => labelTargets([0], { classes: 3, smoothing }), /the part is 0 … 1: got/);
  }
});

Deno.test("targets are smoothed, then mixed as their images are", () => {
  const mix = { share: 0.7, partners: Uint32Array.of(2, 1, 0) };
  const images = mixRows(Float32Array.of(10, 20, 30, 40, 50, 60), mix);
  close(images, [0.7 * 10 + 0.3 * 50, 0.7 * 20 + 0.3 * 60, 30, 40, 0.7 * 50 + 0.3 * 10, 0.7 * 60 + 0.3 * 20]);
  const targets = mixRows(labelTargets([0, 1, 1], { classes: 2, smoothing: 0.2 }), mix);
  close(targets, [
    0.7 * 0.9 + 0.3 * 0.1,
    0.7 * 0.1 + 0.3 * 0.9,
    0.1,
    0.9,
    0.7 * 0.1 + 0.3 * 0.9,
    0.7 * 0.9 + 0.3 * 0.1,
  ]);
});

Deno.test("values that are no whole rows are refused", () => {
  assert.throws(() => mixRows(new Float32Array(7), { share: 0.5, partners: Uint32Array.of(1, 0) }), {
    name: "RangeError",
    message: "Cannot mix 2 rows as they are equally long: got 7 values",
  });
});

Deno.test("a mix is a function of seed, epoch and step", () => {
  const draw = { seed: 1, epoch: 2, step: 3, count: 64 }, mix = drawMix(draw);
  assert.deepEqual(drawMix(draw), mix);
  assert.deepEqual([...mix.partners].toSorted((a, b) => a - b), Array.from({ length: 64 }, (_, index) => index));
  for (const change of ["seed", "epoch", "step"] as const) {
    const other = drawMix({ ...draw, [change]: draw[change] + 1 });
    assert.notEqual(other.share, mix.share, change);
    assert.notDeepEqual(other.partners, mix.partners, change);
  }
});

Deno.test("shares come from Beta(0.2, 0.2), or from another alpha", () => {
  const variance = (alpha?: number): number => {
    const shares = Array.from(
      { length: 4000 },
      (_, step) => drawMix({ seed: 1, epoch: 0, step, count: 1, alpha }).share,
    );
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    assert.ok(Math.abs(mean - 0.5) < 0.035, `${mean}`);
    return shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
  };
  assert.ok(Math.abs(variance() - 0.25 / 1.4) < 0.006, `${variance()}`);
  assert.ok(Math.abs(variance(1) - 1 / 12) < 0.006, `${variance(1)}`);
});
