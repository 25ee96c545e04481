/** What each setting of a training reaches. */
import assert from "node:assert/strict";
import { optimiserNames, optimiserOf, parseTrainConfig, trainingPlan } from "@zennas/zennas";

const planOf = (settings: Record<string, unknown> = {}, epochImages = 640) =>
  trainingPlan(parseTrainConfig({ epochs: 4, learningRate: 0.1, ...settings }), { epochImages });

Deno.test("settings reach the options of a step", () => {
  const settings = { batch: 32, accumulate: 2, weightDecay: 0.5, smoothing: 0.25, normMomentum: 0.125 };
  const { options } = planOf({ ...settings, average: 0.75, clipValue: 2, clipNorm: 3 });
  assert.deepEqual(options, {
    ...settings,
    optimiser: { name: "sgd", momentum: 0.9, nesterov: true },
    average: 0.75,
    clipping: { value: 2, norm: 3 },
  });
  assert.deepEqual(planOf({ clipNorm: 3 }).options.clipping, { value: undefined, norm: 3 });
  const absent = planOf().options;
  assert.ok(!("clipping" in absent) && !("average" in absent));
});

Deno.test("each optimiser is told what it knows of momentum", () => {
  const told = (settings: Record<string, unknown>) => planOf(settings).options.optimiser;
  assert.deepEqual(told({ momentum: 0.5, nesterov: false }), { name: "sgd", momentum: 0.5, nesterov: false });
  assert.deepEqual(told({ momentum: 0 }), { name: "sgd", momentum: 0, nesterov: false });
  assert.deepEqual(told({ optimiser: "rmsprop", momentum: 0.5 }), { name: "rmsprop", momentum: 0.5 });
  for (const optimiser of optimiserNames) assert.ok(optimiserOf(told({ optimiser })));
  for (const name of ["adam", "adamw", "adadelta"]) {
    assert.deepEqual(told({ optimiser: name, momentum: 0.5 }), { name });
  }
});

Deno.test("the learning rate is in proportion to the images of a step, warm-up and stages are the schedule's", () => {
  const rate = (settings: Record<string, unknown>, seen: number) => planOf(settings).schedule(seen);
  assert.equal(rate({ schedule: "constant", batch: 128 }, 128), 0.05);
  assert.equal(rate({ schedule: "constant", batch: 128, accumulate: 4 }, 512), 0.2);
  assert.equal(rate({ schedule: "constant", batch: 256, warmupEpochs: 2 }, 639), 0.05);
  assert.equal(rate({ schedule: "stages", batch: 256, stages: [1], stageFactor: 0.5 }, 1280), 0.05);
  assert.ok(Math.abs(rate({ batch: 256 }, 1279) - 0.05) < 1e-15);
});

Deno.test("the seed and the rule decide how parameters begin", () => {
  assert.deepEqual(planOf({ initialisation: "msra", seed: 7 }).initialisation, { name: "msra", seed: 7 });
});
