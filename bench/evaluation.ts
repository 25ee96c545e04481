/**
 * Images a second of networks in inference mode, from images in memory to logits, and of PyTorch beside:
 * `deno task bench:eval [--peer <python with torch>] [--batch 32] [--samples 15] [--only <network>] [--json]`.
 *
 * Both use all cores and the same batch. Their samples alternate, because other work on the machine comes and goes: the
 * shortest times say what each can do, the medians what it did. Logits are compared first. Prints Markdown.
 *
 * @module
 */

// deno-lint-ignore-file no-console
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { openCpu } from "../kernels/mod.ts";
import { environment } from "./environment.ts";
import { type EvaluationFigures, measureEvaluation, type SubjectName, subjects } from "./evaluation_runs.ts";
import type { Timing } from "./harness.ts";
import { TorchProcess } from "./torch_process.ts";

const { values } = parseArgs({
  options: {
    peer: { type: "string" },
    batch: { type: "string", default: "32" },
    samples: { type: "string", default: "15" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

/** The checked-out commit; empty where there is none. */
function commit(): string {
  const { stdout } = new Deno.Command("git", { args: ["rev-parse", "--short", "HEAD"], stderr: "null" }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

async function measureAll(): Promise<readonly EvaluationFigures[]> {
  await using backend = await openCpu();
  using peer = values.peer === undefined
    ? undefined
    : new TorchProcess(values.peer, { threads: navigator.hardwareConcurrency });
  const names = (Object.keys(subjects) as SubjectName[]).filter((name) => (values.only ?? name) === name);
  const given = { batch: Number(values.batch), samples: Number(values.samples), backend, peer };
  const figures: EvaluationFigures[] = [];
  for (const name of names) figures.push(await measureEvaluation(name, given));
  return figures;
}

const rate = (batch: number, ms: number): string => (1000 * batch / ms).toFixed(ms > 1000 ? 2 : 1);

/** Images a second at best, in the middle, and how far samples are apart. */
const cells = (batch: number, { minMs, medianMs, spread }: Timing): string[] => [
  rate(batch, minMs),
  rate(batch, medianMs),
  spread.toFixed(2),
];

function row({ name, batch, timing, peer }: EvaluationFigures): string {
  const theirs = peer
    ? [
      ...cells(batch, peer.timing),
      (peer.timing.minMs / timing.minMs).toFixed(2),
      (peer.timing.medianMs / timing.medianMs).toFixed(2),
      peer.difference.toExponential(0),
      peer.layout,
    ]
    : Array<string>(7).fill("");
  return `| ${[name, ...cells(batch, timing), ...theirs].join(" | ")} |`;
}

const before = loadavg()[0]!, figures = await measureAll(), load = [before, loadavg()[0]!];
const where = { ...environment(), commit: commit(), date: new Date().toISOString().slice(0, 10), load };
if (values.json) console.log(JSON.stringify({ environment: where, figures }));
else {
  const { cpu, cores, deno, v8, code, date } = where, torch = figures[0]?.peer;
  console.log(
    `${cpu}, ${cores} cores under a load of ${load.map((one) => one.toFixed(1)).join(" to ")}, Deno ${deno}, V8 ${v8}, ` +
      `${code}, commit ${where.commit}, ${date}; batch ${values.batch}, ${values.samples} samples each` +
      (torch ? `; PyTorch ${torch.torch} with ${torch.threads} threads and ${torch.capability}` : "") + "\n",
  );
  console.log("| network | images/s, best | median | spread | PyTorch, best | median | spread | × best | × median | logits differ | its layout |");
  console.log(`| --- |${" ---: |".repeat(9)} --- |`);
  for (const one of figures) console.log(row(one));
}
