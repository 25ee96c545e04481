import assert from "node:assert/strict";
import cifar from "../fixtures/zoo_logits.json" with { type: "json" };
import structures from "../fixtures/structures.json" with { type: "json" };
import { networkNames } from "@zennas/zennas";
import { TemporaryDirectory } from "../io/run_case.ts";
import { zen, zenJson } from "./zen.ts";

const SMALL = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)";

Deno.test("every command explains itself with examples", async () => {
  const commands = [
    "",
    "search",
    "score",
    "correlate",
    "analyze",
    "forward",
    "space",
    "zoo list",
    "zoo show",
    "trust",
    "trust add",
    "trust list",
    "trust remove",
    "runs list",
    "dashboard",
    "data check",
    "weights inspect",
    "weights convert",
    "devices",
    "phone list",
    "phone doctor",
    "phone shell",
    "phone bench",
  ];
  for (const command of [...commands, "runs show", "runs resume"]) {
    const { code, stdout } = await zen([...command.split(" ").filter((word) => word !== ""), "--help"]);
    assert.equal(code, 0, command);
    assert.match(stdout, /Usage: zen[^]*Examples?:\n {2}zen /, command);
  }
});

Deno.test("analyze prints the keys that scripts rely on, for arguments, files and stdin alike", async () => {
  const [row] = structures;
  const flags = ["--classes", `${row!.num_classes}`, "--resolution", `${row!.resolution}`];
  const [result] = await zenJson(["analyze", row!.structure, ...flags]);
  assert.equal(result.structure, row!.structure);
  assert.equal(result.canonical, row!.canonical);
  assert.equal(result.split, row!.split);
  assert.equal(result.layers, row!.layers);
  assert.equal(result.parameters, row!.parameters);
  assert.deepEqual(result.reference, { params: row!.reference_params, flops: row!.reference_flops });
  assert.ok(result.macs > 1e8 && result.peak_activation_bytes > 1e5);
  const [bare] = await zenJson(["analyze", row!.structure, ...flags, "--no-reslink"]);
  assert.equal(bare.reference.params, row!.reference_params_no_reslink);
  const piped = await zenJson(["analyze", "--file", "-", ...flags], `# zoo\n${row!.name}\n\n${SMALL}\n`);
  assert.deepEqual(piped[0], result);
  assert.equal(piped[1].structure, SMALL);
});

Deno.test("names of the zoo stand for networks in their published form, which flags change", async () => {
  const names = ["resnet18", "zennet_imagenet1k_flops400M_SE_res224"];
  const [model, zen] = await zenJson(["analyze", ...names]);
  assert.deepEqual([model.structure, model.canonical, model.split, model.reference], [
    "resnet18",
    "resnet18",
    "resnet18",
    null,
  ]);
  assert.deepEqual([model.parameters, model.macs, zen.parameters], [11_689_512, 1_814_073_344, 7_466_024]);
  const [smaller] = await zenJson(["analyze", "cifar_resnet20", "--classes", "100", "--resolution", "64"]);
  assert.deepEqual([smaller.parameters, smaller.macs], [269_722 + 90 * 65, 4 * (40_551_040 - 640) + 6400]);
  const [params] = await zenJson(["score", "cifar_resnet20", "--proxy", "params"]);
  assert.equal(params.score, 269_722);
  const [zenScore] = await zenJson(["score", "cifar_resnet20", "--batch", "2", "--device", "cpu"]);
  assert.ok(Number.isFinite(zenScore.score));
  const published = cifar.find(({ name }) => name === "zennet_cifar10_model_size05M_res32")!;
  const flags = ["--fill", "reference", "--batch", "2", "--device", "cpu"];
  const [{ logits }] = await zenJson(["forward", published.name, ...flags]);
  assert.ok(Math.abs(logits[0][0] / published.logits.first[0]! - 1) < 1e-3);
});

Deno.test("score keeps order, repeats have an interval, and one seed gives one score", async () => {
  const args = ["score", SMALL, "SuperConvK3BNRELU(3,8,2,1)", "--batch", "4", "--resolution", "8", "--seed", "5"];
  const rows = await zenJson([...args, "--repeats", "3"]);
  assert.deepEqual(rows.map((row) => row.structure), [SMALL, "SuperConvK3BNRELU(3,8,2,1)"]);
  for (const { proxy, variant, score, std, interval95, repeats, seconds, device } of rows) {
    assert.deepEqual([proxy, variant, repeats], ["zen", "reference", 3]);
    assert.ok(interval95[0] < score && score < interval95[1] && std > 0 && seconds > 0);
    assert.match(device, /^cpu/);
  }
  const [once] = await zenJson([...args, "--workers", "1"]);
  const [again] = await zenJson([...args, "--workers", "2"]);
  assert.equal(once.score, again.score);
  assert.deepEqual([once.std, once.interval95], [null, null]);
  const [paper] = await zenJson([...args, "--variant", "paper"]);
  assert.notEqual(paper.score, once.score);
});

Deno.test("score by the filling rule is a published value", async () => {
  const flags = ["--fill", "reference", "--batch", "8"];
  const [row] = await zenJson([
    "score",
    "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperResK3K3(16,32,2,16,1)SuperResK3K3(32,64,2,32,1)" +
    "SuperResK3K3(64,64,2,32,1)SuperConvK1BNRELU(64,128,1,1)",
    ...flags,
  ]);
  assert.ok(Math.abs(row.score - 15.48747488683189) < 1e-3 * 15.5);
});

Deno.test("several proxies print one line a structure, with errors and seconds by name", async () => {
  const flags = ["--fill", "reference", "--labels", "modulo", "--batch", "4", "--resolution", "8"];
  const list = "zen,zen:paper,params,examples/custom_proxy.ts";
  const [row, misfit] = await zenJson([
    "score",
    SMALL,
    "MultiSumBlock(BN(3);MaxPool(3,3,2))",
    "--proxy",
    list,
    ...flags,
  ]);
  assert.deepEqual(Object.keys(row.scores), ["zen", "zen:paper", "params", "logit_spread"]);
  assert.deepEqual(Object.keys(row.seconds), Object.keys(row.scores));
  const [single] = await zenJson(["score", SMALL, "--proxy", "zen", ...flags]);
  assert.equal(row.scores.zen, single.score);
  assert.ok(row.scores.logit_spread > 0 && Number.isFinite(row.parts.logit_spread.mean));
  assert.match(misfit.scores.zen.error, /shapes must agree/);
  const [all] = await zenJson(["score", SMALL, "--proxy", "all", ...flags]);
  assert.ok(Object.keys(all.scores).length > 4 && all.scores.params === row.scores.params);
});

Deno.test("every command refuses a structure whose channels do not chain, and points at the block", async () => {
  const text = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(9,16,1,8,1)";
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/out`;
  const calls: readonly (readonly [command: string, ...rest: string[]])[] = [
    ["analyze", text],
    ["score", text, "--proxy", "params"],
    ["forward", text],
    ["export", text, "--out", out],
    ["space", "XXBL", text, "0"],
    ["search", "--init", text, "--proxy", "params", "--max-proposals", "2", "--out", out],
  ];
  for (const call of calls) {
    const { code, stdout, stderr } = await zen(call);
    assert.deepEqual([code, stdout], [1, ""], call[0]);
    assert.match(
      stderr,
      /takes 9 channels: got 8, at character 27\n {2}Super.*\n {28}\^\n {2}hint: a block takes/,
      call[0],
    );
  }
  assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
});

Deno.test("forward prints one row of logits an image", async () => {
  const [{ logits }] = await zenJson(["forward", SMALL, "--fill", "reference", "--batch", "2", "--resolution", "8"]);
  assert.deepEqual([logits.length, logits[0].length], [2, 100]);
  assert.ok(logits.flat().every(Number.isFinite));
});

Deno.test("space lists replacements, zoo lists networks", async () => {
  const [space] = await zenJson(["space", "XXBL", SMALL, "0"]);
  assert.deepEqual(space, {
    space: "XXBL",
    block: 0,
    lists: [2],
    distinct: ["SuperConvK3BNRELU(3,16,1,1)", "SuperConvK3BNRELU(3,8,1,1)"],
  });
  const networks = await zenJson(["zoo", "list"]);
  assert.deepEqual(networks.map(({ name }) => name), networkNames);
  const [one] = await zenJson(["zoo", "show", networks[1].name]);
  assert.deepEqual(one, networks[1]);
});

Deno.test("a wrong call is one line, a hint and exit code 2", async () => {
  const calls: readonly (readonly [args: string[], message: RegExp])[] = [
    [["scor"], /unknown command 'scor'/],
    [["score"], /without a structure/],
    [["score", SMALL, "--batch", "0"], /integer from 1 to 65536/],
    [["score", SMALL, "--proxy", "zenn"], /the names are zen, .*flops/],
    [["score", SMALL, "--proxy", "zen,params", "--variant", "paper"], /name them as zen:paper/],
    [["score", SMALL, "--proxy", "examples/custom_block.ts"], /expected a Proxy exported as `proxy`/],
    [["score", SMALL, "--device", "toaster"], /--device takes auto, cpu, webgpu/],
    [["zoo", "show", "zennet_cifar10_model_size1M"], /did you mean zennet_cifar10_model_size1M_res32\?/],
    [["search", "--preset", "nope"], /expected one of zen-cifar-params1M/],
  ];
  for (const [args, message] of calls) {
    const { code, stdout, stderr } = await zen(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, message);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /at .*\.ts:\d/);
  }
});

Deno.test("bad input is one clear error and exit code 1, never a stack trace", async () => {
  const calls: readonly (readonly [args: string[], message: RegExp, input?: string])[] = [
    [["analyze", "SuperConvK3BNRELU(3,8,1,1"], /cannot parse the structure[^]*\^/],
    [["analyze", "--file", "-"], /cannot parse the structure/, `${"Sequential(".repeat(100_000)}RELU(3)`],
    [["score", "--file", "/nonexistent"], /nonexistent/],
    [
      ["score", SMALL, "--proxy", "./none.ts"],
      /cannot read .*none\.ts as the system says: no such file or directory\n/,
    ],
    [["forward", SMALL, "--resolution", "20000", "--batch", "64"], /a smaller --batch/],
    [["runs", "show", "/nonexistent"], /not the directory of a run/],
    [["space", "XXBL", SMALL, "9"], /outside 0 … 1: got index 9/],
  ];
  for (const [args, message, input] of calls) {
    const { code, stderr } = await zen(args, input);
    assert.equal(code, 1, args.join(" ").slice(0, 80));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /at .*\.ts:\d/);
  }
});
