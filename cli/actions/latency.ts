/** What `zen latency` does with networks. */
import { median } from "../../core/numeric/statistics.ts";
import { type MeasuredLatency, measureLatency, MOST_NOISE } from "../../core/latency/mod.ts";
import type { MeasureOptions } from "../commands/latency.ts";
import { Interrupted, NoisyError } from "../errors.ts";
import { formOf } from "../form_options.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { openSentinel, openTarget } from "../latency/open.ts";
import type { LatencyRunner, OperationTime } from "../latency/target.ts";
import { ProgressLine, WorkPace } from "../progress.ts";
import { collectNetworks } from "../structures.ts";
import { note, printFields, printJson, printTable } from "../terminal.ts";

/** Runs whose operations are timed; the median counts. */
const PROFILED_RUNS = 5;

/** The time of each operation, the median of some runs. */
function profileOf({ perOperation }: LatencyRunner): readonly OperationTime[] | undefined {
  if (!perOperation) return undefined;
  const runs = Array.from({ length: PROFILED_RUNS }, perOperation);
  return runs[0]!.map((operation, at) => ({ ...operation, ms: median(runs.map((run) => run[at]!.ms)) }));
}

/** What was measured of a network. */
interface Measured {
  readonly structure: string;
  readonly latency: MeasuredLatency;
  readonly operations: readonly OperationTime[] | undefined;
}

const isNoisy = ({ latency: { noise } }: Measured): boolean => !(noise <= MOST_NOISE);

function facts({ structure, latency, operations }: Measured, { on, batch }: MeasureOptions): object {
  const { medianMs, p95Ms, interval95Ms, samples, discarded, noise } = latency;
  return {
    structure,
    on,
    batch,
    median_ms: medianMs,
    p95_ms: p95Ms,
    interval95_ms: interval95Ms,
    samples,
    discarded,
    noise: Number.isFinite(noise) ? noise : null,
    ...(!(noise <= MOST_NOISE) && { noisy: true }),
    ...(operations && { operations }),
  };
}

const ms = (value: number): string => `${value.toPrecision(4)} ms`;
const percent = (value: number): string => Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "unknown";

function show(measured: Measured, options: MeasureOptions): void {
  const { structure, operations, latency: { medianMs, p95Ms, interval95Ms, samples, discarded, noise } } = measured;
  printFields([
    ["network", structure],
    [
      "latency",
      `${ms(medianMs)} a batch of ${options.batch} on ${options.on}${isNoisy(measured) ? " (too noisy)" : ""}`,
    ],
    ["95 % interval", interval95Ms ? `${ms(interval95Ms[0])} … ${ms(interval95Ms[1])}` : "takes three samples"],
    ["95 % of runs", `below ${ms(p95Ms)}`],
    ["samples", `${samples}, ${discarded} discarded, noise ${percent(noise)}`],
  ]);
  if (!operations) return;
  const rows = operations.map(({ op, kernel, shape, ms }) => [op, kernel, `[${shape}]`, ms.toFixed(4)]);
  printTable(["operation", "kernel", "output", "ms"], rows);
}

/** Says which numbers were not given, and what can be done. */
function refuse(noisy: readonly Measured[], { blockMs }: MeasureOptions): void {
  const worst = noisy.reduce((most, one) => one.latency.noise > most.latency.noise ? one : most);
  const { latency: { samples, noise }, structure } = worst;
  const why = samples < 2
    ? `its noise takes two samples that count: got ${samples}`
    : `its noise is at most ${100 * MOST_NOISE} %: got ${percent(noise)}`;
  throw new NoisyError(
    `Cannot name the latency of ${structure} as ${why}${noisy.length > 1 ? `; ${noisy.length} networks in all` : ""}`,
    `end what else runs here, or measure longer: --block-ms ${4 * blockMs}; --force gives the number with a warning`,
  );
}

/** Measures networks and prints their latencies. Throws UsageError, StructureSyntaxError, NoisyError, Interrupted. */
export async function measure(texts: string[], options: MeasureOptions): Promise<void> {
  const { on, perOp, force, json, quiet, repeats, blockMs, seed } = options;
  const designs = (await collectNetworks(texts, options)).map((network) => network.design(formOf(options, true)));
  await using target = await openTarget(on, options);
  using stack = new DisposableStack();
  const runners: LatencyRunner[] = [];
  for (const design of designs) runners.push(stack.use(await target.openNetwork(design)));
  const sentinel = stack.use(await openSentinel(target, designs[0]!.resolution));
  using interrupt = new InterruptSignal({ finishing: "finishing the round" });
  using line = new ProgressLine({ hidden: json || quiet });
  const pace = new WorkPace(repeats, "rounds");
  let before = 0;
  const latencies = await measureLatency(runners, {
    ...{ sentinel, repeats, blockMs, seed, signal: interrupt.signal },
    onRound(counted) {
      for (; before < counted; before++) pace.count();
      line.update(() => pace.progress());
    },
  });
  line[Symbol.dispose]();
  if (perOp && !runners[0]!.perOperation) note(`--on ${on} cannot tell the time of single operations`);
  const measured = designs.map(({ text: structure }, at): Measured => (
    { structure, latency: latencies[at]!, operations: perOp ? profileOf(runners[at]!) : undefined }
  ));
  const given = measured.filter((one) => one.latency.samples > 0 && (force || !isNoisy(one)));
  for (const one of given) json ? printJson(facts(one, options)) : show(one, options);
  if (interrupt.signal.aborted) throw new Interrupted("interrupted; what was measured until then is above");
  if (given.length < measured.length) refuse(measured.filter((one) => !given.includes(one)), options);
}
