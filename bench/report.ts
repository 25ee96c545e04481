/** Prints the figures of the CPU benchmarks as text or JSON. */
import type { Environment } from "./environment.ts";
import type { Limits } from "./limits.ts";
import type { OperationFigures } from "./operations.ts";
import type { PeerFigures } from "./peer.ts";
import type { ZenResults } from "./zen.ts";

/** All results of a run of the benchmarks. */
export interface Results {
  readonly environment: Environment;
  readonly limits: Limits;
  readonly operations: readonly OperationFigures[];
  readonly gaussianMillionsPerSecond: number;
  readonly zen: ZenResults;
  /** PyTorch's figures, or why there are none. */
  readonly peer: readonly PeerFigures[] | string;
}

type Row = readonly string[];

/** A table as text, each column padded to its widest cell. */
function table(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()).join("\n");
}

function operationTable(operations: readonly OperationFigures[]): string {
  const sorted = operations.toSorted((a, b) => b.ms * b.count - a.ms * a.count);
  const rows = sorted.map(({ name, count, ms, gflops, fraction, limit }) => [
    name,
    `${count}`,
    ms.toFixed(2),
    gflops.toFixed(1),
    fraction.toFixed(2),
    limit,
  ]);
  return table([["operation", "count", "ms", "GFLOP/s", "of peak", "limited by"], ...rows]);
}

/** Our throughput with all cores divided by PyTorch's, by structure. */
export function peerRatios({ zen, peer }: Results): Map<string, number> {
  const ratios = new Map<string, number>();
  if (typeof peer === "string") return ratios;
  for (const { structure, candidates_per_second } of peer) {
    const ours = zen.figures.findLast((figures) => figures.structure === structure);
    if (ours) ratios.set(structure, ours.candidates_per_second / candidates_per_second);
  }
  return ratios;
}

function zenTable(results: Results): string {
  const ratios = peerRatios(results);
  const rows = results.zen.figures.map(({ name, structure, workers, candidates_per_second, fraction }) => {
    const ratio = workers > 1 ? ratios.get(structure)?.toFixed(2) ?? "" : "";
    return [name, `${workers}`, candidates_per_second.toFixed(2), fraction.toFixed(2), ratio];
  });
  return table([["Zen-score, batch 64", "workers", "candidates/s", "of peak", "× PyTorch"], ...rows]);
}

/** The report as text. */
export function printReport(results: Results): string {
  const { environment: { cpu, cores, deno, v8, code }, limits, peer } = results;
  return [
    `${cpu}, ${cores} cores, Deno ${deno}, V8 ${v8}, ${code}`,
    `One core: ${limits.peakGflops.toFixed(1)} GFLOP/s of multiply-adds in registers, ` +
    `copies at ${limits.copyGbps.toFixed(1)} GB/s`,
    "",
    operationTable(results.operations),
    "",
    `Normal draws: ${results.gaussianMillionsPerSecond.toFixed(0)} million a second, limited by the generator's rounds`,
    "",
    zenTable(results),
    "",
    `Scaling to ${cores} workers: ${results.zen.scaling.toFixed(2)} ×`,
    typeof peer === "string" ? peer : `PyTorch ${peer[0]?.torch} with ${peer[0]?.threads} threads, same run`,
  ].join("\n");
}

/** The report as one JSON object, for programs. */
export function jsonReport(results: Results): Record<string, unknown> {
  const { environment, limits, operations, zen, peer } = results, ratios = peerRatios(results);
  const peerObject = typeof peer === "string"
    ? { peer: null, peer_absent: peer }
    : { peer: peer.map((figures) => ({ ...figures, ratio: ratios.get(figures.structure) })) };
  return {
    peak_gflops_per_core: limits.peakGflops,
    copy_gigabytes_per_second: limits.copyGbps,
    ops: operations,
    gaussian_millions_per_second: results.gaussianMillionsPerSecond,
    zen: zen.figures,
    scaling: zen.scaling,
    ...peerObject,
    environment,
  };
}
