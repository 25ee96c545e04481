/** Proxies on WebGPU against the published code's numbers: all on a GPU; a software driver scores a few of them in seconds. */
import { openWebGpu } from "../../kernels/mod.ts";
import { adapter, webGpuTest } from "../kernels/webgpu.ts";
import { checkRow, type Golden, type GoldenRow, goldens, rowsOf } from "./goldens.ts";

/** Rows that are small, by whether they have residual links. */
const small = { links: [0], plain: [0, 6] } as const;
/** Depthwise convolutions, and squeeze-and-excitation. */
const special: Readonly<Record<string, number>> = { grad_norm_per_layer: 10, jacob_cov: 11 };

/** The rows of a proxy that the adapter at hand scores in a few seconds. */
function chosenRows(golden: Golden): readonly GoldenRow[] {
  const rows = rowsOf(golden);
  if (adapter && !adapter.software) return rows;
  const extra = special[golden.key], few = golden.links ? small.links : small.plain;
  return [...few, ...extra === undefined ? [] : [extra]].map((index) => rows[index]!);
}

for (const golden of goldens) {
  const form = golden.links ? "with" : "without";
  webGpuTest(`${golden.key} is the published code's on WebGPU, ${form} residual links`, async () => {
    await using backend = await openWebGpu();
    for (const row of chosenRows(golden)) await checkRow(row, golden.key, backend);
  });
}
