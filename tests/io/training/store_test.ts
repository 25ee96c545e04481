import assert from "node:assert/strict";
import {
  createRun,
  openRunForReading,
  parseConfig,
  parseTrainConfig,
  readTraining,
  RunChangedError,
  runKind,
  RunStoreError,
  TrainingStore,
  type TrainingSubject,
} from "@zennas/zennas";

const config = parseTrainConfig({ epochs: 2, learningRate: 0.1 });
const subject: TrainingSubject = {
  network: "cifar_resnet20",
  form: { classes: 10, resolution: 32 },
  data: "/data/cifar10",
  trainSplit: "train",
  testSplit: "test",
  limit: null,
  normalization: "cifar",
  weights: null,
};
const session = { device: "cpu", identity: { zennas: "1", kernels: "a" }, firstStep: 1 };

async function inFolder(test: (directory: string) => void): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    test(`${parent}/run`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("a training's run keeps steps and epochs, and a later session replaces those that it repeats", () =>
  inFolder((directory) => {
    {
      using store = TrainingStore.create(directory, { config, subject });
      store.begin(session);
      for (const step of [1, 2, 3]) store.addStep({ step, loss: 3 - step / 4, rate: 0.1 });
      store.addEpoch({ epoch: 1, step: 2, trainLoss: 2.6, test: { top1: 0.5, top5: 0.9, loss: 1.5 } });
      store.addEpoch({ epoch: 2, step: 4, trainLoss: 2.2, test: { top1: 0.5, top5: 1, loss: 1 } });
      store.addStep({ step: 4, loss: 9, rate: 0.05 });
    }
    {
      using store = TrainingStore.open(directory);
      store.begin({ ...session, firstStep: 3 });
      assert.deepEqual([store.config, store.subject], [config, subject]);
      assert.deepEqual([store.lossOf(2), store.lossOf(4), store.lossOf(5)], [2.5, 9, undefined]);
      store.addStep({ step: 4, loss: 2, rate: 0.05 });
    }
    const run = readTraining(directory);
    assert.deepEqual(run.steps.map(({ step, loss, rate }) => [step, loss, rate]), [
      ...[1, 2, 3].map((step) => [step, 3 - step / 4, 0.1]),
      [4, 2, 0.05],
    ]);
    assert.deepEqual([run.lastStep?.step, run.epochs.length, run.best?.epoch, run.running], [4, 2, 1, false]);
    assert.deepEqual(run.sessions.map(({ firstStep, machine: { device } }) => [firstStep, device]), [
      ...[[1, "cpu"], [3, "cpu"]],
    ]);
  }));

Deno.test("what decides the losses may change only when that is accepted, and is recorded then", () =>
  inFolder((directory) => {
    using store = TrainingStore.create(directory, { config, subject });
    store.begin(session);
    const changed = { ...session, identity: { zennas: "1", kernels: "b" }, firstStep: 2 };
    assert.throws(() => store.begin(changed), RunChangedError);
    store.begin({ ...changed, acceptChange: true });
    assert.deepEqual(readTraining(directory).sessions.map(({ accepted }) => accepted), [
      ...[[], [{ part: "kernels", was: "a", is: "b" }]],
    ]);
  }));

Deno.test("a run has one writer, one kind, and is not made twice", () =>
  inFolder((directory) => {
    {
      using _store = TrainingStore.create(directory, { config, subject });
      assert.throws(() => TrainingStore.open(directory), /another process|process \d+ on/);
      assert.equal(readTraining(directory).running, true);
    }
    assert.equal(runKind(directory), "training");
    assert.throws(() => TrainingStore.create(directory, { config, subject }), /there is one already/);
    assert.throws(() => openRunForReading(directory), /it is the run of a training, not of a search/);
    const search = `${directory}_search`, initialStructure = "SuperConvK3BNRELU(3,8,1,1)";
    createRun(search, parseConfig({ proxy: "params", space: "XXBL", initialStructure, resolution: 32, classes: 10 }))
      [Symbol.dispose]();
    assert.equal(runKind(search), "search");
    assert.throws(() => TrainingStore.open(search), /it is the run of a search, not of a training/);
    assert.throws(() => TrainingStore.open(`${directory}_none`), RunStoreError);
    assert.throws(() => Deno.statSync(`${directory}_none`), Deno.errors.NotFound);
  }));
