/** Proxies on WebGPU against the published code's numbers: a GPU scores what a CPU does, a software driver a few rows. */
import { openWebGpu } from "../../kernels/mod.ts";
import { adapter, webGpuTest } from "../kernels/webgpu.ts";
import { type Chosen, everyRow, rowsAt, rowsToRun } from "../scale.ts";
import { checkRow, type Golden, type GoldenRow, goldens, rowsOf } from "./goldens.ts";

/** Rows that a software driver scores in seconds, the first in any case, by whether networks have residual links. */
const small = { links: [0], plain: [0, 6] } as const;
/** Depthwise convolutions, and squeeze-and-excitation: left to `deno task test:all`. */
const special: Readonly<Record<string, number>> = { grad_norm_per_layer: 10, jacob_cov: 11 };

/** What a software driver scores in minutes, and `deno task test` leaves to `deno task test:all` there. */
const slow = ["te_nas"];

/** The rows of a proxy for the adapter at hand. */
function chosenRows(golden: Golden): Chosen<GoldenRow> {
  const rows = rowsOf(golden);
  if (adapter && !adapter.software) return rowsToRun(rows, ({ kinds }) => kinds);
  const few = golden.links ? small.links : small.plain, extra = special[golden.key];
  return rowsAt(rows, everyRow ? [...few, ...extra === undefined ? [] : [extra]] : few.slice(0, 1));
}

for (const golden of goldens) {
  const form = golden.links ? "with" : "without", { rows, share } = chosenRows(golden);
  webGpuTest(`${golden.key} is the published code's on WebGPU, ${form} residual links (${share})`, async () => {
    await using backend = await openWebGpu();
    for (const row of rows) await checkRow(row, golden.key, backend);
  }, { needs: adapter?.software && !everyRow && slow.includes(golden.key) ? "a GPU or deno task test:all" : "" });
}
