/**
 * Images a second of networks in inference mode, from images in memory to logits, and of PyTorch beside:
 * `deno task bench:eval [--peer <python with torch>] [--batch 32] [--samples 30] [--only <network>] [--json]`.
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
    samples: { type: "string", default: "30" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

/** The checked-out commit; empty where there is none. */
function commit(): string {
  const { stdout } = new Deno.Command("git", { args: ["rev-parse", "--short", "HEAD"], stderr: "null" }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

/** Measures one network after the other, and yields each as it is done. */
async function* measureAll(): AsyncIterable<EvaluationFigures> {
  await using backend = await openCpu();
  using peer = values.peer === undefined
    ? undefined
    : new TorchProcess(values.peer, { threads: navigator.hardwareConcurrency });
  const names = (Object.keys(subjects) as SubjectName[]).filter((name) => (values.only ?? name) === name);
  const given = { batch: Number(values.batch), samples: Number(values.samples), backend, peer };
  for (const name of names) yield await measureEvaluation(name, given);
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

const HEADER = [
  "network",
  "images/s",
  "median",
  "spread",
  "PyTorch",
  "median",
  "spread",
  "×",
  "× median",
  "logits differ",
];

function printAbout(figures: readonly EvaluationFigures[], load: readonly number[]): void {
  const { cpu, cores, deno, v8, code } = environment(), [first] = figures, date = new Date().toISOString().slice(0, 10);
  console.log(
    `\n${cpu}, ${cores} cores, load ${
      load.map((one) => one.toFixed(1)).join(" to ")
    }; Deno ${deno}, V8 ${v8}, ${code}, ` +
      `commit ${commit()}, ${date}; batch ${values.batch}, ${values.samples} samples each` +
      (first?.peer ? `; PyTorch ${first.peer.torch}, ${first.peer.threads} threads, ${first.peer.capability}` : ""),
  );
}

const load = [loadavg()[0]!], figures: EvaluationFigures[] = [];
if (!values.json) console.log(`| ${HEADER.join(" | ")} | layout |\n| --- |${" ---: |".repeat(9)} --- |`);
for await (const one of measureAll()) {
  figures.push(one);
  if (!values.json) console.log(row(one));
}
load.push(loadavg()[0]!);
if (values.json) console.log(JSON.stringify({ environment: { ...environment(), commit: commit(), load }, figures }));
else printAbout(figures, load);
