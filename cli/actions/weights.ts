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
import { grouped, note, print, printFields, printJson, printTable, StatusLine } from "../terminal.ts";

/** The statistics of every tensor, by name, while a status line tells how far it is. */
function allStatistics({ tensors }: Checkpoint): ReadonlyMap<string, TensorStatistics> {
  using status = new StatusLine();
  const all = [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  const onRead = (bytes: number): void => {
    read += bytes;
    status.update(() => progress("read", read / all));
  };
  return new Map([...tensors.values()].map((tensor) => [tensor.name, tensorStatistics(tensor, onRead)]));
}

const progress = (what: string, share: number): string => `${what} ${Math.floor(share * 100)} %`;

/** Prints the tensors of a file. Throws CheckpointError. */
export function inspect(path: string, { json }: WeightsOptions): void {
  using checkpoint = openCheckpoint(path);
  const { format, key, prefix, bytes, tensors } = checkpoint;
  const statistics = allStatistics(checkpoint), parameters = learnableCount(tensors), fits = fittingNetworks(tensors);
  if (json) {
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

/** Writes the tensors of a file to another. Throws CheckpointError, Interrupted. */
export async function convert(path: string, out: string, { json }: WeightsOptions): Promise<void> {
  checkName(out);
  using checkpoint = openCheckpoint(path);
  const reason = new Interrupted(`stopped; ${out} is as it was`);
  using interrupt = new InterruptSignal({ finishing: "stopping", reason });
  using status = new StatusLine();
  const onProgress = (share: number): void => status.update(() => progress("wrote", share));
  const { format, bytes } = await convertCheckpoint(checkpoint, out, { signal: interrupt.signal, onProgress });
  status.clear();
  const tensors = checkpoint.tensors.size;
  if (json) printJson({ in: path, out, format, bytes, tensors });
  else note(`wrote ${out}: ${tensors} tensors, ${grouped(bytes)} bytes, ${format}`);
}
