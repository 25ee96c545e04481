/** What `zen latency calibrate` does. */
import { replaceFile } from "../../core/io/files/write.ts";
import {
  type Calibration,
  drawKernels,
  drawNetworks,
  fitLatency,
  kernelGraph,
  type LatencyArtefact,
  type LatencyDevice,
  LEAST_NETWORKS,
  printArtefact,
  validateLatency,
} from "../../core/latency/mod.ts";
import type { CalibrateOptions } from "../commands/latency_calibrate.ts";
import { Interrupted, NoisyError } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { readArtefact } from "../latency/artefact_file.ts";
import { calibrate, itemMeasurer } from "../latency/calibrating.ts";
import { type DrawSettings, latencySpace, usualClasses, usualStarts } from "../latency/draw.ts";
import { journalPath, LatencyJournal } from "../latency/journal.ts";
import { openSentinel, openTarget } from "../latency/open.ts";
import type { LatencyTarget } from "../latency/target.ts";
import { ProgressLine } from "../progress.ts";
import { duration, note, printFields, printJson } from "../terminal.ts";

/** What to draw, with what is usual for the resolution filled in. */
async function drawSettings(options: CalibrateOptions): Promise<DrawSettings> {
  const { space, resolution, init, classes = usualClasses(resolution), maxMacs = null } = options;
  const starts = init === undefined ? await usualStarts(resolution) : [init].flat();
  return { space, starts, classes, maxMacs };
}

/** What is measured: networks, and kernels where the target can measure them alone. */
async function drawn(settings: DrawSettings, { target, options }: Use) {
  const { resolution, batch, seed, kernels: count, networks } = options,
    space = await latencySpace(settings, resolution);
  const draw = { resolution, batch, seed, runtime: target.device.fusion };
  const kernels = target.openKernel && count > 0
    ? drawKernels(space, { ...draw, count }).filter((kernel) => kernelGraph(kernel) !== undefined)
    : [];
  return { kernels, networks: drawNetworks(space, { ...draw, count: networks }) };
}

interface Use {
  readonly target: LatencyTarget;
  readonly options: CalibrateOptions;
}

function deviceOf({ target, options: { batch, resolution, on, seed } }: Use, settings: DrawSettings): LatencyDevice {
  const { space, starts, classes, maxMacs } = settings;
  const notes = { on, space, starts: starts.join(" "), classes: `${classes}`, maxMacs: `${maxMacs}`, seed: `${seed}` };
  return { ...target.device, batch, resolution, notes };
}

/** Prints how far a calibration is: a line in place, or with --json one object every few seconds. */
class Reporter implements Disposable {
  readonly #line: ProgressLine;
  readonly #json: boolean;
  readonly #started = performance.now();
  #first: number | undefined;
  #printed = 0;

  constructor({ json = false, quiet = false }: CalibrateOptions) {
    this.#json = json;
    this.#line = new ProgressLine({ hidden: json || quiet });
  }

  report({ share, measured: { kernels, networks } }: Calibration): void {
    this.#first ??= share;
    const seconds = (performance.now() - this.#started) / 1000, done = share - this.#first;
    const left = done > 0 ? seconds * (1 - share) / done : null;
    if (this.#json && seconds - this.#printed >= 5) {
      this.#printed = seconds;
      printJson({ event: "progress", share, kernels, networks, seconds_left: left });
    }
    const facts = [`${kernels} kernels`, `${networks} networks`];
    this.#line.update(() => ({ share, facts: left === null ? facts : [...facts, `${duration(left)} left`] }));
  }

  [Symbol.dispose](): void {
    this.#line[Symbol.dispose]();
  }
}

/** What a calibration left, for scripts. */
function doneEvent(path: string, calibration: Calibration, artefact: LatencyArtefact) {
  const { heldOut, discarded } = calibration.data(), { measured, noise, acceptance, sha256 } = artefact;
  const held = heldOut.length > 0 ? validateLatency(artefact, heldOut) : null;
  return {
    event: "done",
    artefact: path,
    kernels: measured.kernels,
    networks: measured.networks,
    held_out: held && {
      networks: held.count,
      mape: held.mape,
      within10: held.within10,
      spearman: held.spearman,
      coverage: held.coverage,
    },
    noise_floor: noise,
    discarded,
    gates_passed: acceptance.passed,
    sha256,
  };
}

const percent = (value: number | null): string => value === null ? "unknown" : `${(100 * value).toFixed(1)} %`;

function show({ held_out: held, ...event }: ReturnType<typeof doneEvent>, { acceptance }: LatencyArtefact): void {
  printFields([
    ["artefact", event.artefact],
    ["measured", `${event.kernels} kernels, ${event.networks} networks; ${event.discarded} measurements discarded`],
    ["noise", `${percent(event.noise_floor)} between measurements of a network`],
    ...(held
      ? [
        [`${held.networks} others`, `mean error ${percent(held.mape)}, ${percent(held.within10)} within 10 %`],
        ["", `rank correlation ${held.spearman?.toFixed(3) ?? "unknown"}, ${percent(held.coverage)} in their interval`],
      ] as const
      : []),
    ...acceptance.gates.map(({ name, limit, value, passed }) =>
      ["gate", `${name}: ${value?.toPrecision(3) ?? "unknown"}, limit ${limit}${passed ? "" : ", missed"}`] as const
    ),
  ]);
}

/** Throws NoisyError where too few networks were measured for a fit. */
function requireEnough({ networks }: ReturnType<Calibration["data"]>): void {
  if (networks.length >= 10) return;
  throw new NoisyError(
    `Cannot fit a model as it takes ten networks whose measurements count: got ${networks.length}`,
    `end what else runs here, or draw more: --networks ${2 * LEAST_NETWORKS}`,
  );
}

/** Calibrates and writes the artefact. Throws UsageError, ConfigError, NoisyError, Interrupted. */
export async function calibrateDevice(options: CalibrateOptions): Promise<void> {
  const { out, minutes, prior: priorPath, json } = options;
  const prior = priorPath === undefined ? undefined : await readArtefact(priorPath);
  await using target = await openTarget(options.on, options);
  const use = { target, options }, settings = await drawSettings(options), device = deviceOf(use, settings);
  const { kernels: count, networks, seed } = options;
  const work = await drawn(settings, use);
  using journal = await LatencyJournal.open(journalPath(out), { device, draw: { ...settings, count, networks, seed } });
  if (journal.entries.length > 0) note(`going on with ${journal.entries.length} measurements in ${journalPath(out)}`);
  using sentinel = await openSentinel(target, options.resolution);
  using interrupt = new InterruptSignal({ finishing: "keeping what was measured" });
  const calibration = await (async () => {
    using reporter = new Reporter(options);
    return await calibrate({ ...work, limitMs: 60_000 * minutes }, {
      journal,
      measure: itemMeasurer(target, { ...work, sentinel }),
      signal: interrupt.signal,
      onEntry: (progress) => reporter.report(progress),
    });
  })();
  if (interrupt.signal.aborted) {
    throw new Interrupted(`interrupted; what was measured is in ${journalPath(out)}, the same command goes on`);
  }
  const data = calibration.data();
  requireEnough(data);
  const notes = { ...device.notes, sentinelMs: `${data.sentinelMs}` };
  const artefact = fitLatency({
    ...data,
    device: { ...device, notes },
    createdAt: journal.createdAt,
    ...(prior && { prior }),
  });
  replaceFile(out, printArtefact(artefact));
  const event = doneEvent(out, calibration, artefact);
  if (json) printJson(event);
  else show(event, artefact);
}
