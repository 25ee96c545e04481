/** Every CIFAR preset scores real candidates at its own resolution and classes, and continues where it ended. */
import assert from "node:assert/strict";
import {
  type Backend,
  createRun,
  loadPreset,
  openBackend,
  openRunForWriting,
  presetNames,
  runSearch,
  type RunStore,
  scorerOf,
  screensOf,
  searchProxy,
} from "@zennas/zennas";
import { journalIn, TemporaryDirectory } from "./run_case.ts";

/** These take a backward pass for each image, so the test gives them fewer images than the presets do. */
const slowByImage = ["te_nas", "te_nas_rank"];

const searches: readonly (readonly [preset: string, proxy?: string])[] = [
  ...presetNames.filter((name) => name.includes("-cifar-")).map((name) => [name] as const),
  ["te-nas-cifar-params1M", "te_nas_rank"],
  ["zen-cifar-params1M", "az_nas"],
];

async function search(store: RunStore, backend: Backend) {
  const { config } = store, { ranking } = searchProxy(config);
  return await runSearch({ store, score: scorerOf(config, { backend }), ranking, screens: screensOf(config) });
}

for (const [preset, proxy] of searches) {
  Deno.test(`${preset}${proxy ? ` by ${proxy}` : ""} scores real candidates, and continues to the same end`, async () => {
    using temporary = new TemporaryDirectory();
    await using backend = await openBackend("cpu");
    const { name } = searchProxy(await loadPreset(preset, { proxy }));
    const batch = slowByImage.includes(name) ? 4 : undefined;
    const configOf = (maxEvaluations: number) => loadPreset(preset, { proxy, batch, maxEvaluations, window: 2 });
    const parts = `${temporary.path}/parts`;
    {
      using store = createRun(parts, await configOf(1));
      await search(store, backend);
    }
    using continued = openRunForWriting(parts, { limits: { maxEvaluations: 3 } });
    const { best, counts, report } = await search(continued, backend);
    assert.deepEqual([counts.scored, counts.failed, report.stoppedBy], [3, 0, "evaluations"]);
    assert.ok(best && Number.isFinite(best.score));
    using whole = createRun(`${temporary.path}/whole`, await configOf(3));
    await search(whole, backend);
    assert.deepEqual(journalIn(parts), journalIn(`${temporary.path}/whole`));
  });
}
