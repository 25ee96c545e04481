/** What predictions must reach on published measurements; `deno task bench:latency` prints the whole tables. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { measuredOn, parseCells, parseConvolutions, v100Tiling } from "../../bench/latency_data.ts";
import { kernelSplit, meanFigures, networkSplit, type SplitFigures, splitKernels } from "../../bench/latency_gates.ts";
import { everyRow } from "../scale.ts";

const fixture = (name: string): string =>
  Deno.readTextFileSync(new URL(`../fixtures/latency/${name}`, import.meta.url));

/** The whole tables, where this machine has them. */
const tables = "/work/shared/data/latency";
const skipsTables = !everyRow || !existsSync(tables);

interface Limits {
  readonly mape: number;
  readonly macs: number;
}

function assertNetworkGate(figures: SplitFigures, { mape, macs }: Limits): void {
  const told = JSON.stringify(figures);
  assert.ok(figures.mape <= mape, told);
  assert.ok(figures.macsError >= macs, told);
  assert.ok(figures.coverage >= 0.87 && figures.coverage <= 0.94, told);
  assert.ok((figures.spearman ?? 0) >= 0.97, told);
}

/** Mean figures over 40 draws of 30 networks. */
function thirtyNetworks(networks: ReturnType<typeof measuredOn>): SplitFigures {
  const draw = (seed: number) => networkSplit(networks, { count: 30, seed, test: 2_000 });
  return meanFigures(Array.from({ length: 40 }, (_, seed) => draw(seed)));
}

Deno.test("30 networks predict NAS-Bench-201 on a Pixel 4 within 3.0 %, on an Adreno 640 within 1.7 %", () => {
  const columns = { pixel4: "pixel4_cpu_ms", adreno640: "adreno640_ms" };
  const table = parseCells(fixture("nasbench201_phones.csv"), columns);
  assert.equal(table.networks.length, 300);
  assertNetworkGate(thirtyNetworks(measuredOn(table, "pixel4")), { mape: 0.03, macs: 0.05 });
  assertNetworkGate(thirtyNetworks(measuredOn(table, "adreno640")), { mape: 0.017, macs: 0.03 });
});

Deno.test("3,000 kernels predict others on a V100 within 14 %", () => {
  const kernels = parseConvolutions(fixture("v100_convolutions.csv"));
  assert.equal(kernels.length, 4500);
  const split = splitKernels(kernels, { by: "random", count: 3_000, test: 1_000, seed: 1 });
  const figures = kernelSplit({ ...split, tiling: v100Tiling }), told = JSON.stringify(figures);
  assert.ok(figures.mape <= 0.14 && figures.within10 >= 0.5 && (figures.spearman ?? 0) >= 0.985, told);
  assert.ok(figures.coverage >= 0.85 && figures.coverage <= 0.95, told);
  assert.ok(figures.macsError > 0.5, told);
});

Deno.test({ name: "the whole tables: networks on phones", ignore: skipsTables }, () => {
  const columns = { pixel4: "cortexA76_pixel4_cpu_ms", adreno640: "adreno640_gpu_ms" };
  const table = parseCells(Deno.readTextFileSync(`${tables}/nb201_nnmeter.csv`), columns);
  assertNetworkGate(thirtyNetworks(measuredOn(table, "pixel4")), { mape: 0.03, macs: 0.05 });
  assertNetworkGate(thirtyNetworks(measuredOn(table, "adreno640")), { mape: 0.017, macs: 0.03 });
});

Deno.test({ name: "the whole tables: kernels of sizes and channels that no fit saw", ignore: skipsTables }, () => {
  const packed = Deno.readFileSync(`${tables}/v100_tensorrt_fp16_convolutions.csv.gz`);
  const kernels = parseConvolutions(gunzipSync(packed).toString());
  for (const by of ["random", "unseen"] as const) {
    const split = splitKernels(kernels, { by, count: 3_000, test: 3_000, seed: 1 });
    const figures = kernelSplit({ ...split, tiling: v100Tiling });
    assert.ok(figures.mape <= 0.14, `${by}: ${JSON.stringify(figures)}`);
  }
});
