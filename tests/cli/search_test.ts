import assert from "node:assert/strict";
import { parseStructure, referenceCost } from "@zennas/zennas";
import { permissions, zen, zenJson } from "./zen.ts";

/** A search on real Zen-scores, small enough for a test. */
const SEARCH = ["search", "--batch", "4", "--resolution", "8", "--population", "16", "--window", "6", "--seed", "3"];

/** A folder that is removed in the end. */
class TemporaryFolder implements Disposable {
  readonly path = Deno.makeTempDirSync();
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A run's journal without times. */
async function journal(directory: string): Promise<unknown[]> {
  const rows = await zenJson(["runs", "show", directory, "--journal"]);
  return rows.map(({ time_ms: _, ...row }) => row);
}

Deno.test("a search ends with the best structure on disk, the same with one worker and with two", async () => {
  using folder = new TemporaryFolder();
  const finals = [];
  for (const workers of ["1", "2"]) {
    const out = `${folder.path}/${workers}`;
    const events = await zenJson([...SEARCH, "--max-evaluations", "24", "--workers", workers, "--out", out]);
    const done = events.at(-1);
    assert.equal(done.event, "done");
    assert.equal(done.evaluations, 24);
    assert.equal(done.run, workers);
    assert.ok(done.best.parameters > 0 && done.best.macs > 0 && done.best.layers > 0 && done.seconds > 0);
    assert.ok(events.slice(0, -1).every(({ event }) => event === "progress"));
    assert.equal((await Deno.readTextFile(`${out}/best_structure.txt`)).trim(), done.best.structure);
    assert.equal(JSON.parse(await Deno.readTextFile(`${out}/report.json`)).best.score, done.best.score);
    finals.push({ best: done.best, proposals: done.proposals, journal: await journal(out) });
  }
  assert.deepEqual(finals[0], finals[1]);
  const [summary] = await zenJson(["runs", "list", "--root", folder.path]);
  assert.deepEqual([summary.run, summary.evaluations, summary.running], ["1", 24, false]);
});

Deno.test("the recorded score is what zen score prints for that seed", async () => {
  using folder = new TemporaryFolder();
  const out = `${folder.path}/run`;
  const events = await zenJson([...SEARCH, "--max-evaluations", "5", "--out", out]);
  const { structure, score } = events.at(-1).best;
  const [again] = await zenJson(["score", structure, "--batch", "4", "--resolution", "8", "--seed", "3"]);
  assert.equal(again.score, score);
});

Deno.test("Ctrl-C keeps what is done, and resume ends where an uninterrupted search does", async () => {
  using folder = new TemporaryFolder();
  const [whole, stopped] = [`${folder.path}/whole`, `${folder.path}/stopped`];
  await zenJson([...SEARCH, "--max-evaluations", "60", "--out", whole]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "cli/main.ts", ...SEARCH, "--max-evaluations", "60", "--out", stopped, "--json"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const first = await stdout.read();
  child.kill("SIGINT");
  let text = first.value ?? "";
  for (let chunk = await stdout.read(); !chunk.done; chunk = await stdout.read()) text += chunk.value;
  const stderr = await new Response(child.stderr).text();
  assert.equal((await child.status).code, 130, stderr);
  assert.match(stderr, /continue with: zen runs resume .*stopped/);
  const last = JSON.parse(text.trim().split("\n").at(-1)!);
  assert.equal(last.event, "interrupted");
  assert.ok(last.evaluations < 60, "the search was over before it was interrupted");
  const resumed = await zenJson(["runs", "resume", stopped]);
  assert.equal(resumed.at(-1).evaluations, 60);
  assert.deepEqual(await journal(stopped), await journal(whole));
});

Deno.test("a run is not overwritten, and has one writer at a time", async () => {
  using folder = new TemporaryFolder();
  const out = `${folder.path}/run`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "cli/main.ts", ...SEARCH, "--out", out, "--json"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const second = await zen(["runs", "resume", out]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`process ${child.pid} on .* is writing it`));
  assert.equal((await zenJson(["runs", "show", out]))[0].running, true);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  const again = await zen([...SEARCH, "--out", out]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /there is one already/);
});

Deno.test("a search that cannot begin makes no folder, and an empty database left by a crash is taken over", async () => {
  using folder = new TemporaryFolder();
  const out = `${folder.path}/run`, space = `${folder.path}/space.ts`;
  await Deno.writeTextFile(space, `export const space = { name: "empty", replacements: () => [] };`);
  const plain = ["search", "--preset", "params-cifar-params1M", "--max-evaluations", "3", "--out", out];
  for (
    const [options, error] of [
      [["--space", `${folder.path}/none.yaml`], /none\.yaml/],
      [["--space", space], /space empty offers nothing/],
      [["--proxy", `${folder.path}/none.ts`], /none\.ts/],
      [["--proxy", "zen", "--device", "webgpu:99"], /WebGPU/],
      [["--population", "0"], /population/],
    ] as const
  ) {
    const { code, stderr } = await zen([...plain, ...options]);
    assert.ok(code === 1 || code === 2, options.join(" "));
    assert.match(stderr, error);
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound, options.join(" "));
  }
  await Deno.mkdir(out);
  for (const file of ["run.sqlite", "lock.sqlite"]) await Deno.writeTextFile(`${out}/${file}`, "");
  assert.equal((await zenJson(plain)).at(-1).evaluations, 3);
});

Deno.test("a search whose folder vanishes fails with one line, and prints the best structure so far", async () => {
  using folder = new TemporaryFolder();
  for (const json of [false, true]) {
    const out = `${folder.path}/run`, proxy = `${folder.path}/vanishing.ts`;
    await Deno.writeTextFile(
      proxy,
      `let scored = 0;
      export const proxy = {
        name: "vanishing", summary: "", variants: ["reference"], inputs: { batches: 1, labelled: false }, needsBackend: false,
        async score() {
          if (++scored === 20) {
            Deno.removeSync(${JSON.stringify(out)}, { recursive: true });
            await new Promise((resolve) => setTimeout(resolve, 150));
          }
          return { value: scored };
        },
      };`,
    );
    const { code, stdout, stderr } = await zen([
      ...["search", "--preset", "params-cifar-params1M", "--proxy", proxy, "--window", "1", "--out", out],
      ...(json ? ["--json"] : []),
    ]);
    assert.equal(code, 1, stderr);
    const errors = stderr.split("\n").filter((line) => line.includes("annot"));
    assert.deepEqual(errors, [`zen: cannot write to run ${out} as its run.sqlite was removed or replaced`]);
    if (json) {
      const { event, best, run } = JSON.parse(stdout.trim().split("\n").at(-1)!);
      assert.deepEqual([event, best.score, run], ["failed", 20, "run"]);
      assert.match(best.structure, /^Super/);
    } else assert.match(stdout, /^best structure {2}Super.*\nscore {11}20\.00000\n$/);
  }
});

Deno.test("a space out of bounds is refused with its path before a folder is made", async () => {
  using folder = new TemporaryFolder();
  const space = `${folder.path}/space.yaml`, out = `${folder.path}/run`;
  Deno.writeTextFileSync(space, "name: far\nfamilies: [[SuperResK3K3]]\nlayerReach: 1000000\n");
  const { code, stderr } = await zen([...SEARCH, "--space", space, "--out", out]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /space\.yaml:\n {2}layerReach: expected an integer from 0 to 100, got 1000000/,
  );
  assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
});

Deno.test("a result says which count its budgets held, wherever it is shown", async () => {
  using folder = new TemporaryFolder();
  const out = `${folder.path}/run`, limits = ["--max-params", "150000", "--max-macs", "5e6"];
  const args = [...SEARCH, "--proxy", "params", ...limits, "--max-evaluations", "10", "--out", out];
  const { code, stdout, stderr } = await zen(args);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(await Deno.readTextFile(`${out}/report.json`)), { best, budgets } = report;
  const [layers, params, macs] = budgets;
  const { parameters } = referenceCost(parseStructure(best.structure), { resolution: 8, classes: 100 });
  assert.deepEqual(params, { budget: "params", value: parameters, limit: 150_000, counted: "reference" });
  assert.deepEqual([layers.counted, macs.counted, macs.value], ["true", "true", best.macs]);
  assert.ok(parameters <= 150_000 && parameters !== best.parameters);
  const line = new RegExp(
    `^budget +parameters as Zen-NAS counts them: ${parameters.toLocaleString("en-US")} of 150,000$`,
    "m",
  );
  assert.match(stdout, line);
  assert.match(stdout, /^budget +multiply-adds: [\d,]+ of 5,000,000$/m);
  assert.match((await zen(["runs", "show", out])).stdout, line);
  const [shown] = await zenJson(["runs", "show", out]);
  assert.deepEqual(shown.budgets, budgets);
  const events = await zenJson([...args.slice(0, -1), `${folder.path}/again`]);
  assert.deepEqual(events.at(-1).budgets, budgets);
});
