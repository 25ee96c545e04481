/** Calibrations of synthetic devices, whose latencies are a known function. */
import assert from "node:assert/strict";
import {
  type Calibration,
  type CalibrationEntry,
  type CalibrationPlan,
  drawKernels,
  drawNetworks,
  fitLatency,
  type Kernel,
  kernelItem,
  type LatencyDevice,
  type LatencySpace,
  mutate,
  networkItem,
  parseStructure,
  printArtefact,
  publishedSpaces,
  SENTINEL,
  trueCost,
  validateLatency,
} from "@zennas/zennas";
import { calibrate, type ItemMeasurer } from "../../cli/latency/calibrating.ts";
import { LatencyJournal } from "../../cli/latency/journal.ts";
import { TemporaryDirectory } from "../io/run_case.ts";

const space: LatencySpace = {
  starts: [parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperResK3K3(16,32,2,16,1)")],
  classes: 10,
  vary: (parent, random) => mutate(parent, random, { space: publishedSpaces.XXBL, replacements: 1 }),
  accepts: (structure) => trueCost(structure, { classes: 10, resolution: 32 }).macs < 5e7,
};
const draw = { seed: 1, resolution: 32, batch: 1 } as const;
const kernels = drawKernels(space, { ...draw, count: 160 });
const networks = drawNetworks(space, { ...draw, count: 32 });
const plan: CalibrationPlan = { kernels, networks, limitMs: 30_000 };
const device: LatencyDevice = {
  ...{ name: "synthetic", kind: "cpu", runtime: "none", fusion: "zennas", precision: "f32", batch: 1, resolution: 32 },
  notes: {},
};

/** A kernel takes what its products or its bytes take, and something to begin. */
const kernelMs = ({ macs, readValues, weightValues, writtenValues, kind }: Kernel): number =>
  0.002 + macs / (kind === "depthwise" ? 1e6 : 5e6) + 4 * (readValues + weightValues + writtenValues) / 8e6;

/** The latency of an item on a device that is `speed` times as slow. */
function latencyMs(item: string, slower = 1): number {
  const kernel = kernels.find((one) => kernelItem(one) === item),
    network = networks.find((one) => networkItem(one) === item);
  if (kernel) return slower * kernelMs(kernel);
  if (network) return slower * network.kernels.reduce((sum, use) => sum + 1.3 * use.count * kernelMs(use.kernel), 0.05);
  assert.equal(item, SENTINEL);
  return slower;
}

/** A device that gets slower, by a half from its first measurement to its thousandth. */
const drifting = (from = 0): ItemMeasurer => {
  let count = from;
  return (item) => Promise.resolve({ item, ms: latencyMs(item, 1 + 0.0005 * count++), spentMs: 40 });
};

const memory = (entries: CalibrationEntry[] = []) => ({
  entries,
  add: (entry: CalibrationEntry) => void entries.push(entry),
});

const artefactOf = (calibration: Calibration) =>
  fitLatency({ ...calibration.data(), device, createdAt: "2026-01-01T00:00:00Z" });

Deno.test("a device whose latency is a known function is learnt, however it drifts meanwhile", async () => {
  const journal = memory(), calibration = await calibrate(plan, { journal, measure: drifting() });
  const { heldOut, discarded, noise, kernels: times } = calibration.data();
  assert.equal(discarded, 0);
  assert.ok(noise! < 0.01, `${noise}`);
  const middle = times.map(({ kernel, latencyMs }) => latencyMs / kernelMs(kernel));
  assert.ok(Math.max(...middle) / Math.min(...middle) < 1.01, "the drift is taken out");
  const { mape, coverage, spearman } = validateLatency(artefactOf(calibration), heldOut);
  assert.equal(heldOut.length, 8);
  assert.ok(mape < 0.04, `${mape}`);
  assert.ok(spearman! > 0.97 && coverage > 0.5, `${spearman}, ${coverage}`);
});

Deno.test("networks that are held out are in no fit", async () => {
  const calibration = await calibrate(plan, { journal: memory(), measure: drifting() });
  const { heldOut, networks: fitted } = calibration.data(), texts = new Set(fitted.map(({ text }) => text));
  assert.ok(heldOut.every(({ text }) => !texts.has(text)));
  assert.equal(fitted.length + heldOut.length, networks.length);
});

Deno.test("a calibration that was interrupted and goes on is that without an interrupt", async () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/device.json.journal`, settings = { device, draw: { seed: 1 } };
  const whole = await calibrate(plan, { journal: memory(), measure: drifting() });
  for (const stop of [1, 60, 250]) {
    Deno.removeSync(folder.path, { recursive: true });
    Deno.mkdirSync(folder.path);
    {
      using journal = await LatencyJournal.open(path, settings);
      const controller = new AbortController();
      const onEntry = () => journal.entries.length >= stop && controller.abort();
      await calibrate(plan, { journal, measure: drifting(), signal: controller.signal, onEntry });
      assert.equal(journal.entries.length, stop);
    }
    using journal = await LatencyJournal.open(path, settings);
    assert.equal(journal.entries.length, stop);
    const resumed = await calibrate(plan, { journal, measure: drifting(stop) });
    assert.equal(printArtefact(artefactOf(resumed)), printArtefact(artefactOf(whole)));
  }
});

Deno.test("the journal of other settings, or a damaged one, is refused", async () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/journal`;
  (await LatencyJournal.open(path, { device, draw: { seed: 1, space: "XXBL" } }))[Symbol.dispose]();
  await assert.rejects(
    LatencyJournal.open(path, { device, draw: { seed: 2, space: "XXBL" } }),
    /its seed was 1: got 2/,
  );
  await assert.rejects(
    LatencyJournal.open(path, { device: { ...device, batch: 8 }, draw: { seed: 1, space: "XXBL" } }),
    /its batch was 1: got 8/,
  );
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).slice(0, -10));
  await assert.rejects(LatencyJournal.open(path, { device, draw: {} }), /its journal is damaged/);
});

Deno.test("what lies between sentinels that disagree is measured again", async () => {
  let count = 0;
  const jumping: ItemMeasurer = (item) => {
    const slower = count++ >= 10 && count < 60 ? 1.5 : 1;
    return Promise.resolve({ item, ms: latencyMs(item, slower), spentMs: 40 });
  };
  const calibration = await calibrate(plan, { journal: memory(), measure: jumping });
  const { discarded, kernels: times } = calibration.data();
  assert.ok(discarded > 0 && discarded <= 12, `${discarded}`);
  for (const { kernel, latencyMs } of times) assert.ok(Math.abs(latencyMs / kernelMs(kernel) - 1) < 1e-9, kernel.key);
});

Deno.test("the time ends a calibration, but not before there are networks for a fit", async () => {
  const measured = async (limitMs: number) =>
    (await calibrate({ ...plan, limitMs }, { journal: memory(), measure: drifting() })).measured;
  const short = await measured(1), longer = await measured(3000);
  assert.ok(short.networks >= 11 && short.networks < 20, `${short.networks}`);
  assert.ok(longer.networks > short.networks && longer.kernels > short.kernels);
  assert.ok(longer.kernels < kernels.length);
});
