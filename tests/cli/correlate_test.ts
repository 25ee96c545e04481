import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import manifest from "../../deno.json" with { type: "json" };
import macroRows from "../fixtures/nasbench_macro.json" with { type: "json" };
import { type NetworkForm, parseStructure, structureDesign, zooEntry } from "@zennas/zennas";
import { optionsOver, permissions, zen, zenJson } from "./zen.ts";

/** A folder with a small NAS-Bench-Macro in it, removed in the end. */
class SmallBenchmark implements Disposable {
  readonly path = Deno.makeTempDirSync();
  readonly args: readonly string[];
  constructor() {
    const rows = macroRows.map(({ code, accuracy }) => [code, { mean_acc: accuracy }]);
    Deno.writeTextFileSync(`${this.path}/macro.json`, JSON.stringify(Object.fromEntries(rows)));
    this.args = ["correlate", "--benchmark", "nasbench-macro", "--data", `${this.path}/macro.json`, "--batch", "2"];
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("correlate prints figures, and leaves JSON, a table and a picture", async () => {
  using folder = new SmallBenchmark();
  const out = `${folder.path}/out`;
  const rows = await zenJson([...folder.args, "--proxy", "params,flops", "--out", out]);
  assert.deepEqual(rows.map(({ proxy }) => proxy), ["params", "flops"]);
  for (const { agreement, seconds, sample, seeds, failed } of rows) {
    assert.deepEqual([sample, seeds, failed], [macroRows.length, [1, 2, 3], 0]);
    const [low, high] = agreement.spearman.interval95;
    assert.ok(low <= agreement.spearman.mean && agreement.spearman.mean <= high && seconds > 0);
  }
  const written = JSON.parse(await Deno.readTextFile(`${out}/correlation.json`));
  assert.equal(written.networks.length, macroRows.length);
  assert.deepEqual(written.proxies.map((one: { proxy: string }) => one.proxy), ["params", "flops"]);
  assert.match(await Deno.readTextFile(`${out}/table.md`), /\| proxy \| Spearman \|[^]*\| flops \| /);
  assert.match(await Deno.readTextFile(`${out}/scatter.svg`), /^<svg[^]*params {2}ρ = [^]*<\/svg>/);
});

/** How many scores a comparison has on disk so far. */
function keptScores(out: string): number {
  try {
    using database = new DatabaseSync(`${out}/scores.sqlite`, { readOnly: true });
    return Number(database.prepare("SELECT count(*) AS scores FROM scores").get()?.scores);
  } catch {
    return 0; // not made yet
  }
}

Deno.test("a comparison that was killed goes on where it was, and ends as one that was not", async () => {
  using folder = new SmallBenchmark();
  const args = [...folder.args, "--proxy", "zen,naswot", "--sample", "12", "--seeds", "2"];
  const killed = `${folder.path}/killed`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "cli/main.ts", ...args, "--out", killed],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let waits = 0; keptScores(killed) === 0; waits++) {
    assert.ok(waits < 6000, "the comparison kept no score in half a minute");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill("SIGKILL");
  await child.status;
  assert.ok(keptScores(killed) < 2 * 12 * 2, "the comparison was over before it was killed");
  const figures = async (out: string) =>
    (await zenJson([...args, "--out", out])).map(({ seconds: _, ...rest }) => rest);
  assert.deepEqual(await figures(killed), await figures(`${folder.path}/whole`));
  using database = new DatabaseSync(`${killed}/scores.sqlite`, { readOnly: true });
  const origins = database.prepare("SELECT value FROM origins").all().map(({ value }) => JSON.parse(String(value)));
  assert.deepEqual(origins.map(({ proxy }) => proxy).toSorted(), ["naswot", "zen"]);
  for (const { variant, version, kernels, batch } of origins) {
    assert.deepEqual([typeof variant, version, batch], ["string", manifest.version, 2]);
    assert.match(kernels, /^(cpu f32 [0-9a-f]{16}|webgpu f32)$/);
  }
});

/** A proxy by what a network costs, as a module named like a built-in. */
const ownProxy = (sign: string) =>
  `export const proxy = {
  name: "params", summary: "", variants: ["plain"], inputs: { batches: 0, labelled: false }, needsBackend: false,
  score: (design) => Promise.resolve({ value: ${sign}design.cost().parameters }),
};`;

Deno.test("scores are taken anew where a module or a setting changed, and only there", async () => {
  using folder = new SmallBenchmark();
  const out = `${folder.path}/out`, own = `${folder.path}/own.js`;
  const spearman = async (...more: string[]) => {
    const [row] = await zenJson(optionsOver([...folder.args, "--seeds", "1", "--out", out], more));
    return row.agreement.spearman.mean;
  };
  const count = macroRows.length, builtIn = await spearman("--proxy", "params");
  await Deno.writeTextFile(own, ownProxy(""));
  assert.equal(await spearman("--proxy", own), builtIn);
  assert.equal(keptScores(out), 2 * count);
  await Deno.writeTextFile(own, ownProxy("-"));
  assert.equal(await spearman("--proxy", own), -builtIn);
  assert.equal(await spearman("--proxy", "params"), builtIn);
  assert.equal(await spearman("--proxy", own), -builtIn);
  assert.equal(keptScores(out), 3 * count);
  assert.equal(await spearman("--proxy", "params", "--batch", "3"), builtIn);
  assert.equal(keptScores(out), 4 * count);
  assert.equal(await spearman("--proxy", "params", "--seeds", "2"), builtIn);
  assert.equal(keptScores(out), 5 * count);
});

Deno.test("CSVs of one's own have a folder each, structures or names of the zoo, and a form, all as typed", async () => {
  using folder = new SmallBenchmark();
  const zoo = "zennet_cifar10_model_size1M_res32", { structure } = zooEntry(zoo);
  for (const name of ["a", "b"]) {
    await Deno.mkdir(`${folder.path}/${name}`);
    await Deno.writeTextFile(
      `${folder.path}/${name}/nets.csv`,
      `structure,accuracy\n${zoo},90\n"SuperConvK3BNRELU(3,8,1,1)",80\n`,
    );
  }
  await Deno.writeTextFile(`${folder.path}/spelled.csv`, `structure,accuracy\n"${structure}",90\n`);
  const scores = async (csv: string, ...more: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...permissions, import.meta.resolve("../../cli/main.ts"), "correlate", "--benchmark", csv]
        .concat("--proxy", "params,flops", "--seeds", "1", more),
      cwd: folder.path,
    }).output();
    const [, out] = /written to (\S+)/.exec(new TextDecoder().decode(stderr)) ?? [];
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { networks, proxies } = JSON.parse(await Deno.readTextFile(`${folder.path}/${out}/correlation.json`));
    const at = networks.findIndex(({ accuracy }: { accuracy: number }) => accuracy === 90);
    return { out, values: proxies.map((one: { scores: readonly number[] }) => one.scores[at]) };
  };
  const first = await scores("a/nets.csv"), second = await scores("b/nets.csv");
  assert.match(String(first.out), /^runs\/correlate-nets-[0-9a-f]{8}-cifar10$/);
  assert.notEqual(first.out, second.out);
  assert.deepEqual(await scores("./a/nets.csv"), first);
  assert.deepEqual((await scores("spelled.csv")).values, first.values);
  const costs = (form: NetworkForm) => {
    const { parameters, macs } = structureDesign(parseStructure(structure), form).cost();
    return [parameters, macs];
  };
  assert.deepEqual(first.values, costs({ resolution: 32, classes: 10 }));
  const formed = await scores("a/nets.csv", "--resolution", "64", "--classes", "7", "--se");
  assert.deepEqual(formed.values, costs({ resolution: 64, classes: 7, squeezeExcite: true }));
  assert.deepEqual(await scores("a/nets.csv"), first);
  const { code, stderr } = await zen([...folder.args, "--resolution", "64"]);
  assert.equal(code, 2);
  assert.match(stderr, /resolution: expected a CSV/);
});

Deno.test("correlate needs a benchmark and its data", async () => {
  const { code, stderr } = await zen(["correlate", "--benchmark", "nasbench201"]);
  assert.equal(code, 2);
  assert.match(stderr, /the data file of nasbench201/);
});
