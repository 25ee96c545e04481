import assert from "node:assert/strict";
import { ConfigError, loadTrainConfig, parseTrainConfig, trainPresetNames } from "@zennas/zennas";

function problems(value: unknown): string[] {
  try {
    parseTrainConfig(value);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, expected }) => `${path}: ${expected}`);
    throw error;
  }
  return [];
}

Deno.test("presets of trainings are as published", async () => {
  const cifar = await loadTrainConfig("cifar-zennas"), imagenet = await loadTrainConfig("imagenet-zennas");
  const both = {
    batch: 64,
    optimiser: "sgd",
    learningRate: 0.1,
    schedule: "cosine",
    warmupEpochs: 5,
    momentum: 0.9,
    nesterov: true,
    normMomentum: 0.01,
    smoothing: 0.1,
    mixup: 0.2,
    erasing: 0.5,
    initialisation: "custom",
  };
  const expected = [
    { ...both, epochs: 1440, weightDecay: 5e-4, policy: "cifar10", crop: "pad", lighting: 0 },
    { ...both, epochs: 480, weightDecay: 4e-5, policy: "imagenet", crop: "resized", lighting: 0.1 },
  ];
  for (const [index, config] of [cifar, imagenet].entries()) {
    assert.deepEqual({ ...config, ...expected[index] }, config);
  }
});

Deno.test("every preset is one, and is named in its configuration", async () => {
  for (const name of trainPresetNames) assert.equal((await loadTrainConfig(name)).preset, name);
});

Deno.test("settings that cannot be used are named, all at once", () => {
  const config = { epochs: 3, learningRate: 0.1 };
  assert.deepEqual(problems({ ...config, epochs: 0, momentum: 1.5, optimiser: "lamb" }), [
    "epochs: a positive integer",
    "optimiser: sgd, adam, adamw, rmsprop, adadelta",
    "momentum: a number from 0 to 1",
  ]);
  assert.deepEqual(problems({ ...config, warmupEpochs: 3 }), ["warmupEpochs: fewer than the 3 epochs"]);
  assert.deepEqual(problems({ ...config, schedule: "stages" }), ["stages: the last epoch of each stage but the last"]);
  assert.deepEqual(problems({ ...config, stages: [1] }), ["stages: none, as the schedule has none"]);
  assert.deepEqual(problems({ ...config, schedule: "stages", stages: [1, 1] }), [
    "stages: a list of epochs that rise from 0",
  ]);
  assert.match(problems({ ...config, lr: 1 })[0]!, /^lr: no such key but one of preset, epochs/);
});

Deno.test("a file's settings lie over its preset, and settings of one's own over both", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, "preset: cifar-quick\nepochs: 4\nbatch: 32\n");
  const config = await loadTrainConfig(path, { batch: 16, seed: undefined });
  assert.deepEqual([config.preset, config.epochs, config.batch, config.seed], ["cifar-quick", 4, 16, 1]);
  await Deno.writeTextFile(path, "- 1\n");
  await assert.rejects(loadTrainConfig(path), ConfigError);
  await assert.rejects(loadTrainConfig("cifar-slow"), /one of cifar-quick/);
  await Deno.remove(path);
});
