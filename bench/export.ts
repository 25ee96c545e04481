/**
 * Prints a Markdown table that verifies the TFLite export: every published network in every precision is exported, run
 * by LiteRT on this machine, and compared with our own forward pass, each at its own resolution.
 */

// deno-lint-ignore-file no-console

import type { Backend } from "../core/graph/backend.ts";
import { type Precision, precisions } from "../core/graph/precision.ts";
import { networkNamed, zooNames } from "../core/networks/zoo/mod.ts";
import { openBackend } from "../kernels/mod.ts";
import {
  exportTflite,
  filledNetwork,
  imageShape,
  type KnownNetwork,
  randomImages,
  type Verification,
  verifyTflite,
} from "../mobile/mod.ts";

const CALIBRATION_IMAGES = 16;

function networkOf(name: string): KnownNetwork {
  return filledNetwork(networkNamed(name).design());
}

async function exported(network: KnownNetwork, precision: Precision, backend: Backend): Promise<Uint8Array> {
  const images = randomImages(imageShape(network), { name: "calibration", count: CALIBRATION_IMAGES });
  return await exportTflite(network, {
    precision,
    producer: "bench",
    calibration: { name: "random", images, backend },
  });
}

function row(name: string, bytes: Uint8Array, verification: Verification): string {
  const { provenance, sqnrDb, conditioning, worstStep, top1Agreement, passed } = verification;
  const cells = [
    name.replace("zennet_", ""),
    provenance.precision,
    (bytes.length / 1e6).toFixed(2),
    sqnrDb.toFixed(1),
    conditioning.sqnrDb.toFixed(1),
    worstStep.excessDb.toFixed(1),
    `${Math.round(100 * top1Agreement)} %`,
    passed ? "yes" : "**no**",
  ];
  return `| ${cells.join(" | ")} |`;
}

console.log("| network | precision | MB | SQNR, dB | so rounded, dB | worst step, dB | top-1 | passed |");
console.log("|---|---|---|---|---|---|---|---|");
const names = Deno.args.length > 0 ? Deno.args : zooNames;
await using backend = await openBackend("cpu");
let failures = 0;
for (const name of names) {
  const network = networkOf(name);
  for (const precision of precisions) {
    const bytes = await exported(network, precision, backend);
    const verification = await verifyTflite(bytes, { backend });
    console.log(row(name, bytes, verification));
    if (!verification.passed) failures++;
  }
}
Deno.exitCode = failures === 0 ? 0 : 1;
