/** What `zen weights` does. */
import {
  type Checkpoint,
  convertCheckpoint,
  fittingNetworks,
  learnableCount,
  openCheckpoint,
  printable,
  type TensorStatistics,
  tensorStatistics,
  writtenFormat,
} from "../../core/io/checkpoints/mod.ts";
import type { WeightsOptions } from "../commands/weights.ts";
import { Interrupted, UsageError } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { ProgressLine } from "../progress.ts";
import { bytesInWords, grouped, note, print, printFields, printJson, printTable } from "../terminal.ts";

/** Shows how many bytes are done. */
class ByteProgress implements Disposable {
  readonly #line: ProgressLine;
  readonly #what: string;

  constructor(what: string, { json, quiet }: WeightsOptions) {
    this.#what = what;
    this.#line = new ProgressLine({ hidden: json || quiet });
  }

  update(done: number, total: number): void {
    const fact = `${bytesInWords(done)} of ${bytesInWords(total)} ${this.#what}`;
    this.#line.update(() => ({ share: done / total, facts: [fact] }));
  }

  [Symbol.dispose](): void {
    this.#line[Symbol.dispose]();
  }
}

/** The statistics of every tensor, by name. */
function allStatistics({ tensors }: Checkpoint, options: WeightsOptions): ReadonlyMap<string, TensorStatistics> {
  using progress = new ByteProgress("read", options);
  const all = [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  const onRead = (bytes: number): void => progress.update(read += bytes, all);
  return new Map([...tensors.values()].map((tensor) => [tensor.name, tensorStatistics(tensor, onRead)]));
}

/** Prints the tensors of a file. Throws CheckpointError. */
export function inspect(path: string, options: WeightsOptions): void {
  using checkpoint = openCheckpoint(path);
  const { format, key, prefix, bytes, tensors } = checkpoint;
  const statistics = allStatistics(checkpoint, options),
    parameters = learnableCount(tensors),
    fits = fittingNetworks(tensors);
  if (options.json) {
    const listed = [...tensors.values()].map(({ name, shape, dtype, bytes }) => (
      { name, shape, dtype, bytes, ...statistics.get(name) }
    ));
    return printJson({ path, format, key: key ?? null, prefix, bytes, tensors: listed, parameters, fits });
  }
  printFields([
    [
      "format",
      `${format}${key === undefined ? "" : `, under "${printable(key)}"`}${prefix && `, without ${prefix}`}`,
    ],
    ["bytes", grouped(bytes)],
    ["tensors", tensors.size],
    ["parameters", grouped(parameters)],
    ["fits", fits.join(", ") || "no network of the zoo"],
  ]);
  print("");
  printTensors(checkpoint, statistics);
}

function printTensors({ tensors }: Checkpoint, statistics: ReadonlyMap<string, TensorStatistics>): void {
  const short = (value: number | null): string => (value === null ? "–" : value.toPrecision(4)).padStart(11);
  printTable(
    ["tensor", "type", "shape", "bytes", "        min", "        max", "       mean", "NaN"],
    [...tensors.values()].map(({ name, dtype, shape, bytes }) => {
      const { min, max, mean, nan } = statistics.get(name)!;
      return [printable(name), dtype, `[${shape.join(", ")}]`, bytes, short(min), short(max), short(mean), nan];
    }),
  );
}

function checkName(out: string): void {
  try {
    writtenFormat(out);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Writes the tensors of a file to another. Throws CheckpointError, UsageError, Interrupted. */
export async function convert(path: string, out: string, options: WeightsOptions): Promise<void> {
  checkName(out);
  using checkpoint = openCheckpoint(path);
  const { format, bytes } = await written(checkpoint, out, options), tensors = checkpoint.tensors.size;
  if (options.json) printJson({ in: path, out, format, bytes, tensors });
  else note(`wrote ${out}: ${tensors} tensors, ${grouped(bytes)} bytes, ${format}`);
}

async function written(
  checkpoint: Checkpoint,
  out: string,
  options: WeightsOptions,
): ReturnType<typeof convertCheckpoint> {
  using interrupt = new InterruptSignal({
    finishing: "stopping",
    reason: new Interrupted(`stopped; ${out} is as it was`),
  });
  using progress = new ByteProgress("written", options);
  const onProgress = (done: number, total: number): void => progress.update(done, total);
  return await convertCheckpoint(checkpoint, out, { signal: interrupt.signal, onProgress });
}
