/** Prints docs/proxy_costs.md: time and memory of the proxies. */
import type { Environment } from "./environment.ts";

/** A proxy's figures. */
export interface CostFigures {
  readonly score: number | null;
  /** Seconds for one network that is scored alone on the machine. */
  readonly alone: number;
  /** Seconds per network while as many networks are scored at once as there are cores. */
  readonly together: number;
  /** By how many bytes the process's peak memory grew with its first score. */
  readonly bytes: number;
}

/** PyTorch's figures of a proxy. */
export interface PeerCost {
  readonly torch: string;
  readonly threads: number;
  readonly seconds: number;
  readonly score: number;
  readonly bytes: number;
}

/** A measurement that failed, and why. */
interface Failure {
  readonly error: string;
}

/** One row of the table. */
export interface CostRow {
  readonly proxy: string;
  readonly ours: CostFigures | Failure;
  readonly peer: PeerCost | Failure | undefined;
}

/** What was measured, and on what. */
export interface CostSubject extends Environment {
  readonly network: string;
  readonly batch: number;
  readonly classes: number;
  readonly date: string;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

function seconds(value: number): string {
  return value < 1e-3 ? "< 0.001" : value.toPrecision(3);
}

function peerCells(row: CostRow): readonly string[] {
  const { ours, peer } = row;
  if (!peer) return ["", "", ""];
  if ("error" in peer) return [peer.error, "", ""];
  const ratio = "error" in ours ? "" : (peer.seconds / ours.together).toFixed(2);
  return [seconds(peer.seconds), mebibytes(peer.bytes), ratio];
}

function cells(row: CostRow): readonly string[] {
  const { proxy, ours } = row;
  if ("error" in ours) return [proxy, ours.error, "", "", ...peerCells(row)];
  return [proxy, seconds(ours.alone), seconds(ours.together), mebibytes(ours.bytes), ...peerCells(row)];
}

const HEADER = ["proxy", "s, alone", "s, one a core", "MiB", "PyTorch, s", "PyTorch, MiB", "times as fast"] as const;

/** The document. */
export function costTable(rows: readonly CostRow[], about: CostSubject): string {
  const lines = [HEADER, HEADER.map((_, column) => column === 0 ? "---" : "---:"), ...rows.map(cells)];
  const peer = rows.map((row) => row.peer).find((found) => found && !("error" in found)) as PeerCost | undefined;
  return `# What the proxies cost

\`${about.network}\` without residual links, batch ${about.batch}, ${about.classes} classes, as a search scores it; ${about.cores} cores of ${about.cpu}, Deno ${about.deno}${
    peer ? `, PyTorch ${peer.torch} with ${peer.threads} threads` : ""
  }, ${about.code}, ${about.date}. Made by \`deno task bench:proxies --written\`.

Seconds are the shortest of several scores, from the structure to the number: of one network that has the machine for itself, and a
network while there is one for each core, as in a search. PyTorch takes one network at a time with all threads. MiB are how far a fresh process grew with its
first score, all libraries loaded. \`te_nas_rank\` ranks what \`te_nas\` scores and costs the same.

${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}
`;
}
