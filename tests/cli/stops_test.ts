/** `--time`, `--patience`, several `--init`, and what of them and of several `--proxy` is refused. */
import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { zen, zenJson } from "./zen.ts";

const SEARCH = ["search", "--batch", "2", "--resolution", "8", "--population", "12", "--window", "4", "--seed", "3"];

/** A run's journal without times. */
async function journal(
  directory: string,
): Promise<readonly { readonly structure: string; readonly verdict: string }[]> {
  const rows = await zenJson(["runs", "show", directory, "--journal"]);
  return rows.map(({ time_ms: _, ...row }) => row);
}

Deno.test("--patience ends a search at the same proposal with one worker and two, interrupted or not", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, flags = [...SEARCH, "--patience", "9"];
  const whole = (await zenJson([...flags, "--workers", "1", "--out", `${path}/whole`])).at(-1);
  assert.deepEqual([whole.event, whole.stopped_by], ["done", "patience"]);
  await zenJson([...flags, "--workers", "2", "--max-evaluations", "7", "--out", `${path}/parts`]);
  const resume = ["runs", "resume", `${path}/parts`, "--workers", "2"];
  assert.equal((await zenJson([...resume, "--max-evaluations", "1000"])).at(-1).stopped_by, "patience");
  assert.deepEqual(await journal(`${path}/parts`), await journal(`${path}/whole`));
  const more = await zen([...resume, "--patience", "10", "--max-proposals", `${whole.proposals + 5}`]);
  assert.match(more.stdout, /^continue with .* --(patience 20|max-proposals \d+)$/m);
});

Deno.test("--time ends a search that goes on with more time, to what it would have found without", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, flags = [...SEARCH, "--workers", "2"];
  const cut = await zen([...flags, "--time", "0.5s", "--out", `${path}/run`]);
  assert.equal(cut.code, 0, cut.stderr);
  const found = await journal(`${path}/run`), end = ["--max-proposals", `${found.length + 10}`];
  // What is in flight when the time is up takes more of it; the advice is beyond that.
  const advised = /^continue with .* --time (\d+)s$/m.exec(
    (await zen(["runs", "resume", `${path}/run`, "--time", "0.001s"])).stdout,
  );
  assert.ok(cut.stdout === "" || Number(advised?.[1]) >= 1, `advised ${advised?.[0]}`);
  const resumed = (await zenJson(["runs", "resume", `${path}/run`, "--time", "2h", ...end])).at(-1);
  assert.deepEqual([resumed.stopped_by, resumed.proposals], ["proposals", found.length + 10]);
  await zenJson([...flags, ...end, "--out", `${path}/whole`]);
  const whole = await journal(`${path}/whole`);
  assert.deepEqual(found, whole.slice(0, found.length));
  assert.deepEqual(await journal(`${path}/run`), whole);
});

Deno.test("a search starts from a zoo network and a structure beside it", async () => {
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/run`, small = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)";
  const flags = [
    "--proxy",
    "params",
    "--max-proposals",
    "12",
    "--init",
    small,
    "--init",
    "zennet_cifar10_model_size05M_res32",
  ];
  await zenJson(["search", ...flags, "--out", out]);
  const blocks = (await journal(out)).map(({ structure }) => structure.split(")").length - 1);
  // Their mutants have about as many blocks as they have; the two take turns.
  for (const [index, count] of blocks.entries()) {
    assert.ok(index % 2 === 0 ? count <= 4 : count > 6, `${index}: ${count}`);
  }
});

Deno.test("limits, starts and proxies that cannot be are refused before a folder is made", async () => {
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/run`, fits = "SuperConvK3BNRELU(3,8,1,1)";
  const calls: readonly (readonly [flags: readonly string[], message: RegExp])[] = [
    [["--time", "soon"], /--time <duration>' argument 'soon' is invalid. It must be a time above zero, such as 90s/],
    [["--time", "0s"], /It must be a time above zero/],
    [["--patience", "0"], /It must be an integer from 1 to/],
    [["--proxy", "zen", "--proxy", "naswot", "--race"], /\n {2}race: expected none beside several proxies/],
    [
      ["--proxy", "zen", "--proxy", "naswot", "--variant", "paper"],
      /\n {2}variant: expected none beside several proxies/,
    ],
    [["--proxy", "zen", "--proxy", "zen"], /\n {2}proxy: expected a name of its own for each proxy, got zen twice/],
    [["--proxy", "zen=2"], /\n {2}proxy: expected no weight, as a single proxy is not combined, got "zen=2"/],
    [["--proxy", "zen", "--proxy", "nawsot"], /find a proxy as .*: got nawsot/],
    [["--proxy", "az_nas", "--race"], /proxy that evaluates networks and does not rank them/],
    [["--init", fits, "--init", "Nonsense(3,8)"], /\n {2}initialStructure\.1: expected a structure string/],
    [["--init", fits, "--init", `${fits}SuperResK3K3(9,16,1,8,1)`], /initialStructure\.1: .* takes 9 channels: got 8/],
    [
      ["--init", fits, "--init", "SuperConvK3BNRELU(3,8,1,9)", "--max-layers", "5"],
      /\n {2}initialStructure\.1: expected layers of at most 5, got 9/,
    ],
    [["--init", fits, "--init", "ConvKX(3,8,3,1)"], /initialStructure\.1: .* Cannot vary block ConvKX/],
    [["--init", fits, "--init", fits, "--population", "1"], /population: expected at least 2, one for each/],
  ];
  for (const [flags, message] of calls) {
    const { code, stdout, stderr } = await zen(["search", ...flags, "--max-proposals", "2", "--out", out]);
    assert.deepEqual([code, stdout], [2, ""], `${flags.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
  }
});
