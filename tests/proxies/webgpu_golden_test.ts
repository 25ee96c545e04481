/** Proxies on WebGPU against the published code's numbers: rows that a software driver scores in a few seconds. */
import assert from "node:assert/strict";
import { proxyNamed, type WeightScale } from "@zennas/zennas";
import { openWebGpu } from "../../kernels/mod.ts";
import residual from "../fixtures/scores_residual.json" with { type: "json" };
import plainRows from "../fixtures/scores.json" with { type: "json" };
import { webGpuTest } from "../kernels/webgpu.ts";
import { filled, published, type PublishedRow } from "./settings.ts";

/** A fixture's score, and how far float32 may be off, relative. */
interface Golden {
  readonly key: string;
  readonly proxy: string;
  readonly variant?: string;
  readonly tolerance: number;
}

const withoutLinks: readonly Golden[] = [
  { key: "grad_norm", proxy: "grad_norm", tolerance: 1e-3 },
  { key: "synflow", proxy: "synflow", variant: "zen-nas", tolerance: 2e-3 },
  { key: "naswot", proxy: "naswot", tolerance: 2e-3 },
  { key: "te_nas", proxy: "te_nas", tolerance: 2e-2 },
];

const withLinks: readonly Golden[] = [
  { key: "grad_norm_per_layer", proxy: "grad_norm", variant: "per_layer", tolerance: 1e-3 },
  { key: "snip", proxy: "snip", tolerance: 1e-3 },
  { key: "plain", proxy: "plain", tolerance: 1e-3 },
  { key: "l2_norm", proxy: "l2_norm", tolerance: 1e-6 },
  { key: "fisher", proxy: "fisher", tolerance: 1e-3 },
  { key: "grasp", proxy: "grasp", tolerance: 2e-2 },
  // Rounding decides about its largest terms; see zico.ts.
  { key: "zico", proxy: "zico", tolerance: 2e-2 },
  { key: "jacob_cov", proxy: "jacob_cov", tolerance: 1e-3 },
  { key: "log_synflow_without_bn", proxy: "synflow", tolerance: 1e-6 },
];

async function check(row: PublishedRow, goldens: readonly Golden[], weights: WeightScale): Promise<void> {
  await using backend = await openWebGpu();
  await Promise.all(goldens.map(async ({ key, proxy: name, variant, tolerance }) => {
    const proxy = proxyNamed(name), expected = (row as unknown as Record<string, number>)[key]!;
    const settings = filled(proxy, { variant: variant ?? proxy.variants[0], weights });
    const { value } = await proxy.score(published(row), settings, backend);
    assert.ok(Math.abs(value / expected - 1) <= tolerance, `${key} of ${row.structure}: ${value}, not ${expected}`);
  }));
}

webGpuTest(
  "proxies are the published code's, without residual links",
  () => check(plainRows[0]!, withoutLinks, "unit"),
);

webGpuTest("proxies are the published code's, with residual links", () => check(residual[0]!, withLinks, "scaled"));

webGpuTest("proxies are the published code's, with depthwise convolutions and squeeze-excite", async () => {
  const named = (key: string): Golden[] => withLinks.filter((golden) => golden.key === key);
  await check(residual[10]!, named("grad_norm_per_layer"), "scaled");
  await check(residual[11]!, named("jacob_cov"), "scaled");
});
