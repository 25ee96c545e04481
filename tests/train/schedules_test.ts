/** Learning rates against the published trajectory and the formulas. */
import assert from "node:assert/strict";
import { type ScheduleName, scheduleOf, type ScheduleSettings } from "@zennas/zennas";
import rows from "../fixtures/training.json" with { type: "json" };

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-15 + 1e-13 * Math.abs(expected), `${actual}, not ${expected}`);

const plan = (name: ScheduleName, settings: Partial<ScheduleSettings> = {}) =>
  scheduleOf({ name, learningRate: 0.05, epochImages: 64, epochs: 3, warmupEpochs: 1, ...settings });

Deno.test("a cosine with warm-up gives the published learning rates", () => {
  const rate = plan("cosine");
  for (const { learning_rates, batch } of rows) {
    learning_rates.forEach((expected, step) => near(rate((step + 1) * batch), expected));
  }
});

Deno.test("a straight line ends at its target and not beyond", () => {
  const rate = plan("linear", { target: 0.01 });
  near(rate(31), 0.05 / 2);
  near(rate(64), 0.05 - 0.04 / 128);
  near(rate(127), 0.03);
  for (const seen of [191, 192, 1e6]) near(rate(seen), 0.01);
});

Deno.test("a cosine passes halfway between rate and target, and stays where it ends", () => {
  const rate = plan("cosine", { target: 0.01 });
  near(rate(127), 0.03);
  near(rate(1e6), rate(192));
});

Deno.test("stages end with their last epoch", () => {
  const rate = plan("stages", { epochs: 10, stages: [2, 5], stageFactor: 0.5 });
  for (const [seen, expected] of [[63, 0.05], [64, 0.05], [191, 0.05], [192, 0.025], [383, 0.025], [384, 0.0125]]) {
    near(rate(seen!), expected!);
  }
  near(plan("stages", { stages: [0], warmupEpochs: 0 })(64), 0.005);
});

Deno.test("a constant rate is reached by warm-up, or at once without it", () => {
  const rate = plan("constant");
  near(rate(15), 0.0125);
  for (const seen of [63, 64, 192]) near(rate(seen), 0.05);
  near(plan("constant", { warmupEpochs: 0 })(1), 0.05);
});

Deno.test("settings out of range are refused", () => {
  const refused = (settings: Partial<ScheduleSettings>, message: RegExp) =>
    assert.throws(() => plan("stages", settings), { name: "RangeError", message });
  refused({ epochImages: 0.5 }, /whole number of images: got 0.5/);
  refused({ epochs: 1 }, /warm-up ends before the last epoch: got 1 of 1/);
  refused({ warmupEpochs: -1 }, /warm-up/);
  refused({ learningRate: -0.1 }, /at least 0: got -0.1/);
  refused({ target: NaN }, /at least 0: got NaN/);
  refused({ stages: [2, 2] }, /rise from 0: got 2, 2/);
  refused({ stages: [-1] }, /rise from 0/);
  refused({ stageFactor: 0 }, /factor between them is positive/);
});
