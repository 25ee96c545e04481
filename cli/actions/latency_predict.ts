/** What `zen latency predict` and `validate` do. */
import {
  drawNetworks,
  type DrawnNetwork,
  kernelsOf,
  type LatencyArtefact,
  type LatencyPrediction,
  LatencyPredictor,
  type MeasuredLatency,
  measureLatency,
  validateLatency,
} from "../../core/latency/mod.ts";
import type { PredictOptions, ValidateOptions } from "../commands/latency_predict.ts";
import { Interrupted, NoisyError, UsageError } from "../errors.ts";
import { formOf } from "../form_options.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { readArtefact } from "../latency/artefact_file.ts";
import { latencySpace } from "../latency/draw.ts";
import { openSentinel, openTarget } from "../latency/open.ts";
import { type LatencyRunner, type LatencyTarget, latencyTargets } from "../latency/target.ts";
import { ProgressLine, WorkPace } from "../progress.ts";
import { collectNetworks } from "../structures.ts";
import { note, printFields, printJson, printTable } from "../terminal.ts";

const ms = (value: number): string => `${value.toPrecision(4)} ms`;
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

function facts(structure: string, { predictedMs, interval90Ms, inDomain, why }: LatencyPrediction): object {
  const outside = inDomain ? {} : { why };
  return { structure, predicted_ms: predictedMs, interval90_ms: interval90Ms, in_domain: inDomain, ...outside };
}

/** Predicts networks by an artefact. Throws FileError, LatencyArtefactError, StructureSyntaxError, UsageError. */
export async function predict(path: string, texts: string[], options: PredictOptions): Promise<void> {
  const artefact = await readArtefact(path), { device } = artefact, predictor = new LatencyPredictor(artefact);
  const form = formOf({ ...options, resolution: device.resolution }, true);
  for (const network of await collectNetworks(texts, options)) {
    const design = network.design(form),
      { kernels } = kernelsOf(design, { batch: device.batch, runtime: device.fusion });
    const prediction = predictor.predict(kernels);
    if (options.json) {
      printJson(facts(design.text, prediction));
      continue;
    }
    const [low, high] = prediction.interval90Ms;
    printFields([
      ["network", design.text],
      ["latency", `${ms(prediction.predictedMs)} a batch of ${device.batch}, predicted for ${device.name}`],
      ["90 % interval", `${ms(low)} … ${ms(high)}`],
      ...prediction.why.map((why) => ["outside", why] as const),
    ]);
  }
}

/** The notes that a calibration by `zen latency` leaves. Throws UsageError where there are none. */
function notesOf({ device: { notes } }: LatencyArtefact, path: string) {
  const { on: name, space, starts, classes, maxMacs, seed, sentinelMs } = notes;
  const on = latencyTargets.find((target) => target === name);
  if (on && space && starts && classes && seed && sentinelMs) {
    const most = maxMacs === undefined || maxMacs === "null" ? null : Number(maxMacs);
    const draw = { space, starts: starts.split(" "), classes: Number(classes), maxMacs: most };
    return { on, draw, seed: Number(seed), sentinelMs: Number(sentinelMs) };
  }
  throw new UsageError(`Cannot draw networks as the artefact is not one of zen latency calibrate: got ${path}`);
}

/** Throws UsageError where this is not the device of a calibration. */
function requireDevice({ device }: LatencyArtefact, target: LatencyTarget): void {
  for (const key of ["name", "runtime", "precision"] as const) {
    if (device[key] === target.device[key]) continue;
    throw new UsageError(
      `Cannot validate here as the calibration's ${key} is ${device[key]}: got ${target.device[key]}; ` +
        "--force measures all the same",
    );
  }
}

interface Compared {
  readonly network: DrawnNetwork;
  readonly latency: MeasuredLatency;
  readonly prediction: LatencyPrediction;
}

const isInside = ({ latency: { medianMs }, prediction: { interval90Ms: [low, high] } }: Compared): boolean =>
  low <= medianMs && medianMs <= high;

function show(rows: readonly Compared[], summary: ReturnType<typeof summaryOf>): void {
  printTable(
    ["measured ms", "predicted ms", "90 % interval", "in domain", "noise"],
    rows.map(({ latency, prediction: { predictedMs, interval90Ms: [low, high], inDomain } }) => [
      ...[latency.medianMs.toPrecision(4), predictedMs.toPrecision(4)],
      ...[`${low.toPrecision(3)} … ${high.toPrecision(3)}`, inDomain ? "yes" : "no", percent(latency.noise)],
    ]),
  );
  const { mape, within10, spearman, coverage, sentinel_ratio: ratio, adjusted } = summary;
  printFields([
    ["mean error", `${percent(mape)}, ${percent(within10)} within 10 %`],
    ["rank correlation", spearman?.toFixed(3) ?? "unknown"],
    ["in their interval", percent(coverage)],
    ["sentinel", `${ratio.toFixed(2)} times what it took in the calibration`],
    ["with that taken out", `${percent(adjusted.mape)}, ${percent(adjusted.within10)} within 10 %`],
  ]);
}

function summaryOf(rows: readonly Compared[], { artefact, ratio }: { artefact: LatencyArtefact; ratio: number }) {
  const measured = rows.map(({ network: { text, kernels }, latency }) => ({
    text,
    kernels,
    latencyMs: latency.medianMs,
  }));
  const { count, mape, within10, spearman, coverage } = validateLatency(artefact, measured);
  const noise = rows.map(({ latency }) => latency.noise).toSorted((a, b) => a - b)[rows.length >> 1]!;
  const steady = validateLatency(artefact, measured.map((one) => ({ ...one, latencyMs: one.latencyMs / ratio })));
  return {
    ...{ event: "done", networks: count, mape, within10, spearman, coverage, noise, sentinel_ratio: ratio },
    adjusted: { mape: steady.mape, within10: steady.within10, coverage: steady.coverage },
  };
}

/** Measures fresh networks and compares. Throws UsageError, LatencyArtefactError, NoisyError, Interrupted. */
export async function validate(path: string, options: ValidateOptions): Promise<void> {
  const { networks: count, json, quiet, force, repeats, blockMs } = options, artefact = await readArtefact(path);
  const { device } = artefact, notes = notesOf(artefact, path), { batch, resolution, fusion: runtime } = device;
  const precision = device.precision === "f16" ? "f16" : "f32", seed = options.seed ?? notes.seed + 1;
  await using target = await openTarget(notes.on, { batch, precision });
  if (!force) requireDevice(artefact, target);
  const networks = drawNetworks(await latencySpace(notes.draw, resolution), {
    count,
    seed,
    resolution,
    batch,
    runtime,
  });
  using stack = new DisposableStack();
  const sentinel = stack.use(await openSentinel(target, resolution)), runners: LatencyRunner[] = [];
  for (const { design } of networks) runners.push(stack.use(await target.openNetwork(design)));
  using interrupt = new InterruptSignal({ finishing: "finishing the round" });
  const pace = new WorkPace(repeats, "rounds");
  let before = 0;
  const [sentinelLatency, ...latencies] = await (async () => {
    using line = new ProgressLine({ hidden: json || quiet });
    return await measureLatency([sentinel, ...runners], {
      ...{ sentinel, repeats, blockMs, seed, signal: interrupt.signal },
      onRound(counted) {
        for (; before < counted; before++) pace.count();
        line.update(() => pace.progress());
      },
    });
  })();
  const predictor = new LatencyPredictor(artefact);
  const rows = networks.map((network, at): Compared => (
    { network, latency: latencies[at]!, prediction: predictor.predict(network.kernels) }
  ));
  if (interrupt.signal.aborted) throw new Interrupted("interrupted; there is nothing to compare yet");
  if (sentinelLatency!.samples === 0) {
    throw new NoisyError("Cannot compare as all rounds were discarded", "end what else runs here and try again");
  }
  const summary = summaryOf(rows, { artefact, ratio: sentinelLatency!.medianMs / notes.sentinelMs });
  if (!json) show(rows, summary);
  else {
    for (const row of rows) {
      const { network: { text }, latency: { medianMs, noise }, prediction } = row;
      printJson({ event: "network", ...facts(text, prediction), measured_ms: medianMs, noise, inside: isInside(row) });
    }
    printJson(summary);
  }
  if (Math.abs(summary.sentinel_ratio - 1) > 0.1) {
    note("the device is not as fast as it was in the calibration, so the comparison tells little of the model");
  }
}
