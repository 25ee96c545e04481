/**
 * Benchmarks of the WebGPU backend: `deno task bench:webgpu [--adapter <name or index>] [--precision f16] [--json]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { StoragePrecision } from "../core/graph/precision.ts";
import { type DeviceSpeed, measureAdapter } from "../kernels/mod.ts";
import { GpuDevice } from "../kernels/webgpu/device.ts";
import { type Environment, environment } from "./environment.ts";
import { type KernelFigures, measureKernels } from "./webgpu_operations.ts";
import {
  measureScores,
  measureShares,
  type ScoreFigures,
  type ScoreSubject,
  scoreSubject,
  type TimeShares,
} from "./webgpu_scores.ts";

interface Results {
  readonly environment: Environment;
  readonly adapter: { readonly name: string; readonly software: boolean };
  readonly precision: StoragePrecision;
  readonly speed: DeviceSpeed;
  readonly kernels: readonly KernelFigures[];
  readonly subject: Pick<ScoreSubject, "name" | "batch">;
  readonly scores: readonly ScoreFigures[];
  readonly shares: TimeShares;
}

async function measureAll(adapter: string | number, precision: StoragePrecision): Promise<Results> {
  using device = await GpuDevice.open({ adapter, precision, timestamps: true });
  const { index, name, software } = device.adapter, target = { device, precision };
  const speed = await measureAdapter(index), subject = scoreSubject(software);
  return {
    environment: environment(),
    adapter: { name, software },
    precision,
    speed,
    kernels: await measureKernels(target, speed),
    subject: { name: subject.name, batch: subject.batch },
    scores: await measureScores(subject, { adapter: index, precision }),
    shares: await measureShares(subject, target),
  };
}

type Row = readonly string[];

/** A Markdown table, columns padded. */
function table([header, ...rows]: readonly [Row, ...Row[]]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: Row): string => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function kernelTable(kernels: readonly KernelFigures[]): string {
  return table([
    ["operation", "kernel", "ms", "wall ms", "GFLOP/s", "of peak", "GB/s", "of copy"],
    ...kernels.map(({ name, kernel, ms, wallMs, gflops, ofPeak, gbps, ofCopy }) => [
      name,
      kernel,
      ms.toFixed(3),
      wallMs.toFixed(1),
      gflops ? gflops.toFixed(2) : "",
      gflops ? ofPeak.toFixed(3) : "",
      gbps.toFixed(2),
      ofCopy.toFixed(2),
    ]),
  ]);
}

function printReport({ environment, adapter, precision, speed, kernels, subject, scores, shares }: Results): string {
  const { cpu, cores, deno, code } = environment, { planMs, dispatchMs, kernelMs, readbackMs } = shares;
  return [
    `${adapter.name}${adapter.software ? ", a software driver" : ""}, ${precision}; ${cores} cores of ${cpu}, ` +
    `Deno ${deno}, ${code}`,
    `Peak: ${speed.gflops.toFixed(1)} GFLOP/s of multiply-adds in registers, copies at ${speed.gbps.toFixed(1)} GB/s`,
    "",
    kernelTable(kernels),
    "",
    `Zen-score of ${subject.name}, batch ${subject.batch}`,
    "",
    table([
      ["in flight", "candidates/s", "GFLOP/s"],
      ...scores.map(({ inFlight, candidatesPerSecond, gflops }) => [
        `${inFlight}`,
        candidatesPerSecond.toFixed(1),
        gflops.toFixed(2),
      ]),
    ]),
    "",
    `A candidate of a group of 8: ${planMs.toFixed(2)} ms planning, ${dispatchMs.toFixed(2)} ms dispatch, ` +
    `${readbackMs.toFixed(2)} ms until it is read; kernels alone take ${kernelMs.toFixed(2)} ms`,
  ].join("\n");
}

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    adapter: { type: "string", default: "best" },
    precision: { type: "string", default: "f32" },
  },
});
const choice = /^\d+$/.test(values.adapter) ? Number(values.adapter) : values.adapter;
const results = await measureAll(choice, values.precision === "f16" ? "f16" : "f32");
await Deno.stdout.write(new TextEncoder().encode(`${values.json ? JSON.stringify(results) : printReport(results)}\n`));
