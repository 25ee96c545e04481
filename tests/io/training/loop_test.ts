import assert from "node:assert/strict";
import {
  DivergedError,
  filledParameters,
  fillingRules,
  openCheckpoint,
  parseStructure,
  parseTrainConfig,
  readTraining,
  RunChangedError,
  runTraining,
  structureDesign,
  type TrainingEvent,
  type TrainingRun,
} from "@zennas/zennas";
import { openCpu } from "../../../kernels/mod.ts";
import { everyRow } from "../../scale.ts";
import { leftIn, smallRun, smallTraining, storeIn } from "./training_case.ts";

async function inFolders(test: (folder: (name: string) => string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await test((name) => `${parent}/${name}`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Trains in a directory; the signal aborts after so many events. */
async function train(
  directory: string,
  { events = Infinity, config = smallTraining, acceptChange = false, ...more }: {
    readonly events?: number;
    readonly config?: typeof smallTraining;
    readonly snapshotMs?: number;
    readonly acceptChange?: boolean;
    readonly teacher?: TrainingRun["teacher"];
  } = {},
) {
  await using backend = await openCpu({ workers: 1 });
  using store = storeIn(directory, config);
  const abort = new AbortController(), seen: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent): void => {
    if (seen.push(event) >= events) abort.abort();
  };
  const run = smallRun(backend), session = { ...run.session, acceptChange };
  const outcome = await runTraining({ ...run, store, session, signal: abort.signal, onEvent, ...more });
  return { ...outcome, seen };
}

Deno.test("a training that is interrupted anywhere and continued leaves what an uninterrupted one leaves", () =>
  inFolders(async (folder) => {
    const whole = await train(folder("whole"));
    assert.deepEqual([whole.steps, whole.finished], [12, true]);
    assert.deepEqual(whole.seen.filter(({ event }) => event === "epoch").map(({ step }) => step), [4, 8, 12]);
    const left = leftIn(folder("whole"));
    for (const events of everyRow ? [1, 2, 3, 4, 5, 6, 7, 9] : [2, 5]) {
      const directory = folder(`after${events}`);
      let outcome = await train(directory, { events });
      assert.equal(outcome.finished, false);
      while (!outcome.finished) outcome = await train(directory, { events });
      assert.deepEqual(leftIn(directory), left, `interrupted after every ${events} events`);
    }
  }));

Deno.test("a network learns what its images show, and its files are those of the network that was tested", () =>
  inFolders(async (folder) => {
    const config = { ...smallTraining, epochs: 8, learningRate: 6, mixup: 0, policy: "none", erasing: 0 } as const;
    await train(folder("run"), { config });
    const { epochs, best, steps } = readTraining(folder("run"));
    assert.ok(epochs.at(-1)!.trainLoss < 0.7 * steps[0]!.loss, `${epochs.at(-1)!.trainLoss} of ${steps[0]!.loss}`);
    assert.ok(best!.test!.top1 >= 0.9, `${best!.test!.top1}`);
    using snapshot = openCheckpoint(`${folder("run")}/snapshot.safetensors`);
    using last = openCheckpoint(`${folder("run")}/last.pth`);
    const name = [...last.tensors.keys()].find((key) => key.endsWith("running_var"))!;
    const values = (file: typeof last, key: string) => [...file.tensors.get(key)!.toFloat32()];
    assert.deepEqual(values(last, name), values(snapshot, `average/${name}`));
    assert.notDeepEqual(values(last, name), values(snapshot, name));
  }));

Deno.test("a student that is interrupted and continued leaves what an uninterrupted one leaves, and no teacher", () =>
  inFolders(async (folder) => {
    const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperConvK3BNRELU(8,16,2,1)");
    const design = structureDesign(structure, { classes: 2, resolution: 12 });
    const teacher = {
      design,
      values: (all) => filledParameters(all, fillingRules.trained),
    } as const satisfies TrainingRun["teacher"];
    const config = { ...smallTraining, epochs: 2, featureRatio: 2 }, options = { config, teacher };
    assert.equal((await train(folder("whole"), options)).finished, true);
    let outcome = await train(folder("parts"), { ...options, events: 4 });
    assert.equal(outcome.finished, false);
    while (!outcome.finished) outcome = await train(folder("parts"), { ...options, events: 4 });
    assert.deepEqual(leftIn(folder("parts")), leftIn(folder("whole")));
    await train(folder("alone"), { config, events: 5 });
    const names = (path: string): string[] => {
      using file = openCheckpoint(path);
      return [...file.tensors.keys()];
    };
    assert.deepEqual(names(`${folder("whole")}/best.pth`), names(`${folder("alone")}/best.pth`));
    const kept = names(`${folder("whole")}/snapshot.safetensors`);
    assert.ok(kept.includes("distillation/stride2.weight") && !kept.some((name) => name.startsWith("teacher/")));
    const { steps } = readTraining(folder("whole"));
    assert.notEqual(steps[0]!.loss, readTraining(folder("alone")).steps[0]!.loss);
  }));

Deno.test("losses that are no numbers end a training, and the last snapshot before them stays", () =>
  inFolders(async (folder) => {
    const config = parseTrainConfig({ ...smallTraining, learningRate: 1e6, weightDecay: 1e3, average: undefined });
    await assert.rejects(train(folder("run"), { config, snapshotMs: 0 }), (error) => {
      assert.ok(error instanceof DivergedError);
      assert.match(error.message, /must be finite: got .* at step \d+$/);
      return true;
    });
    using snapshot = openCheckpoint(`${folder("run")}/snapshot.safetensors`);
    for (const tensor of snapshot.tensors.values()) assert.ok(tensor.toFloat32().every(Number.isFinite), tensor.name);
  }));

Deno.test("a continued training whose losses come out otherwise is refused, unless that is accepted", () =>
  inFolders(async (folder) => {
    const directory = folder("run");
    const next = (await train(directory, { events: 2 })).steps + 1;
    {
      using store = storeIn(directory);
      store.addStep({ step: next, loss: 0.125, rate: 1 });
    }
    await assert.rejects(train(directory), (error) => {
      assert.ok(error instanceof RunChangedError);
      assert.deepEqual(error.changes.map(({ part, was }) => [part, was]), [[`the loss of step ${next}`, "0.125"]]);
      return true;
    });
    await train(directory, { acceptChange: true });
    assert.notEqual(readTraining(directory).steps[next - 1]!.loss, 0.125);
  }));

const CHILD = new URL("./training_child.ts", import.meta.url).pathname;

/** Starts or continues a training in a process of its own, and kills it some time after its first step. */
async function trainAndKill(directory: string, afterMs: number): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", CHILD, directory],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  const [{ success }] = await Promise.all([child.status, child.stdout.cancel()]);
  clearTimeout(timer);
  return success;
}

Deno.test("killed at any moment and continued, a training leaves the same losses and weights to the last bit", () =>
  inFolders(async (folder) => {
    await train(folder("whole"));
    const kills = everyRow ? 10 : 3;
    for (let kill = 0; kill < kills; kill++) await trainAndKill(folder("killed"), Math.random() * 40);
    assert.ok(await trainAndKill(folder("killed"), 60_000), "the training did not end");
    assert.deepEqual(leftIn(folder("killed")), leftIn(folder("whole")));
  }));
