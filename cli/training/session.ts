/** One session of a training at the terminal, whether it starts a run or continues one. */
import {
  bestEpoch,
  runId,
  type RunIdentity,
  runTraining,
  type TrainingEvent,
  type TrainingOutcome,
  type TrainingStore,
} from "../../core/io/mod.ts";
import manifest from "../../deno.json" with { type: "json" };
import { deviceIdentity } from "../../kernels/identity.ts";
import { describeDevice, type DeviceOptions, openDevice } from "../device.ts";
import { Interrupted } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { type Progress, ProgressLine } from "../progress.ts";
import { duration, grouped, note, percent, printFields, printJson } from "../terminal.ts";
import { type OpenedSubject, openTrainingSubject } from "./subject.ts";

/** How a session is shown, and where it computes. */
export interface TrainingSessionOptions extends DeviceOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly acceptChange?: boolean | undefined;
  /** What is trained, where it is open already. Default: it is opened. */
  readonly opened?: OpenedSubject | undefined;
  /** Whether others follow, so that it prints no result. Default: no. */
  readonly part?: boolean | undefined;
}

/** The time a session takes, and what it says of it. */
class Pace {
  readonly #store: TrainingStore;
  readonly #steps: number;
  readonly #stepImages: number;
  readonly #startedMs = performance.now();
  #taken = 0;
  #test = "";

  constructor(store: TrainingStore, { images }: { readonly images: number }) {
    const { batch, accumulate, epochs } = store.config;
    this.#store = store;
    this.#stepImages = batch * accumulate;
    this.#steps = epochs * Math.floor(Math.floor(images / batch) / accumulate);
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** Images of training in a second; tests count as time. */
  get imagesPerSecond(): number {
    return this.#taken * this.#stepImages / this.seconds;
  }

  count(event: TrainingEvent): void {
    if (event.event === "step") this.#taken++;
    else if (event.test) this.#test = `top-1 ${percent(event.test.top1)}`;
  }

  progress({ step, epoch, loss }: TrainingEvent & { readonly event: "step" }): Progress {
    const facts = [
      `epoch ${epoch} of ${this.#store.config.epochs}`,
      `loss ${loss.toFixed(4)}`,
      ...(this.#test ? [this.#test] : []),
      `${grouped(Math.round(this.imagesPerSecond))} images/s`,
    ];
    return { share: step / this.#steps, facts };
  }
}

/** What decides the losses of a training. */
async function identityOf(backend: Parameters<typeof describeDevice>[0]): Promise<RunIdentity> {
  return { zennas: manifest.version, ...await deviceIdentity(backend.device) };
}

function noteEpoch(event: TrainingEvent & { readonly event: "epoch" }, epochs: number): void {
  const { epoch, trainLoss, test } = event;
  const tested = test ? `, test loss ${test.loss.toFixed(4)}, top-1 ${percent(test.top1)}` : "";
  note(`epoch ${epoch} of ${epochs}: loss ${trainLoss.toFixed(4)}${tested}`);
}

/** What scripts learn in the end. */
function finalEvent(store: TrainingStore, { steps, finished }: TrainingOutcome, pace: Pace): object {
  const epochs = store.epochs(), last = epochs.at(-1), best = bestEpoch(epochs);
  return {
    event: finished ? "done" : "interrupted",
    epochs: epochs.length,
    steps,
    train_loss: last?.trainLoss ?? null,
    test: last?.test ?? null,
    best: best ? { epoch: best.epoch, ...best.test } : null,
    images_per_second: pace.imagesPerSecond,
    seconds: pace.seconds,
    run: runId(store.directory),
  };
}

function printResult(store: TrainingStore, { steps }: TrainingOutcome, pace: Pace): void {
  const { directory } = store, epochs = store.epochs(), best = bestEpoch(epochs), last = epochs.at(-1);
  printFields([
    ["epochs", epochs.length],
    ["steps", grouped(steps)],
    ...(last ? [["train loss", last.trainLoss.toFixed(4)] as const] : []),
    ...(last?.test
      ? [
        [
          "test",
          `top-1 ${percent(last.test.top1)}, top-5 ${percent(last.test.top5)}, loss ${last.test.loss.toFixed(4)}`,
        ] as const,
      ]
      : []),
    ...(best?.test ? [["best", `top-1 ${percent(best.test.top1)} after epoch ${best.epoch}`] as const] : []),
    ["time", `${duration(pace.seconds)}, ${grouped(Math.round(pace.imagesPerSecond))} images/s`],
    ["kept in", `${directory}/last.pth and best.pth`],
  ]);
}

/**
 * Trains until all epochs are done or an interrupt, showing progress, and prints what came of it. Throws Interrupted after
 * an interrupt, when everything done is on disk, and what `runTraining` throws.
 */
export async function runTrainingSession(store: TrainingStore, options: TrainingSessionOptions): Promise<void> {
  const { json = false, quiet, acceptChange, part = false } = options,
    subject = options.opened ?? await openTrainingSubject(store.subject, store.config);
  note(`run: ${store.directory}`);
  using interrupt = new InterruptSignal({ finishing: "finishing the step" });
  await using backend = await openDevice(options);
  const pace = new Pace(store, { images: subject.train.count }), { epochs } = store.config;
  const session = { device: describeDevice(backend), identity: await identityOf(backend), acceptChange };
  using line = new ProgressLine({ hidden: json || quiet });
  const onEvent = (event: TrainingEvent): void => {
    pace.count(event);
    if (json) return part ? undefined : printJson(jsonEvent(event));
    if (event.event === "step") return line.update(() => pace.progress(event));
    if (!quiet) noteEpoch(event, epochs);
  };
  const outcome = await runTraining({ ...subject, store, backend, session, signal: interrupt.signal, onEvent });
  if (json && !part) printJson(finalEvent(store, outcome, pace));
  else if (!json && !part && outcome.steps > 0) printResult(store, outcome, pace);
  if (outcome.finished) return;
  const { directory } = store;
  throw new Interrupted(`interrupted; everything done is kept, continue with: zen runs resume ${directory}`);
}

/** An event as scripts read it. */
function jsonEvent(event: TrainingEvent): object {
  if (event.event === "step") return event;
  const { trainLoss, ...rest } = event;
  return { ...rest, train_loss: trainLoss };
}
