/** Bad files and values: each is one short error that names the file or the option, before any work. */
import assert from "node:assert/strict";
import { MAX_BLOCKS } from "@zennas/zennas";
import { budgetSettings } from "../../core/search/settings.ts";
import { mayMount, SmallDisk } from "../io/mounts.ts";
import { TemporaryDirectory } from "../io/run_case.ts";
import { exported, network } from "../mobile/networks.ts";
import { zen } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,1,1)";
const HUGE = "a".repeat(100_000);

/** Requires that a call fails with this code and message, in few lines without a stack. */
async function requireError(args: readonly string[], code: number, message: RegExp, input = ""): Promise<void> {
  const call = args.map((arg) => arg.slice(0, 60)).join(" ");
  const { code: got, stdout, stderr } = await zen(args, input);
  assert.match(stderr, message, call);
  assert.deepEqual([got, stdout], [code, ""], `${call}: ${stderr}`);
  assert.ok(stderr.length < 1500 && stderr.split("\n").length < 10, `${call} says ${stderr.length} characters`);
  assert.doesNotMatch(stderr, /\.ts:\d/, call);
}

/** Files of each kind that no command takes, by name. */
class BadFiles extends TemporaryDirectory {
  /** A path in it. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  /** The path of a pipe that nobody writes to. */
  pipe(name: string): string {
    assert.ok(new Deno.Command("mkfifo", { args: [this.at(name)] }).outputSync().success);
    return this.at(name);
  }

  /** The path of a file with a text. */
  file(name: string, text: string): string {
    Deno.writeTextFileSync(this.at(name), text);
    return this.at(name);
  }
}

Deno.test({
  name: "a pipe or device in a file's place is refused by every command that reads files",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using files = new BadFiles();
    Deno.writeFileSync(files.at("net.tflite"), await exported(network(STRUCTURE), "f32"));
    Deno.mkdirSync(files.at("images"));
    files.pipe("images/a.png");
    const yaml = files.pipe("a.yaml"), csv = files.pipe("a.csv"), json = files.pipe("a.json");
    const module = files.pipe("a.ts"), model = files.pipe("a.tflite"), labels = files.pipe("labels.txt");
    const calibration = ["--precision", "int8", "--calibration", files.at("images"), "--resolution", "8"];
    const calls: readonly (readonly string[])[] = [
      ["analyze", "--file", "/dev/zero"],
      ["search", "--preset", yaml],
      ["search", "--space", yaml, "--proxy", "params"],
      ["score", STRUCTURE, "--proxy", module],
      ["space", module, STRUCTURE, "0"],
      ["correlate", "--benchmark", csv],
      ["correlate", "--benchmark", "nasbench-macro", "--data", json],
      ["inspect", model],
      ["run", model, "--input", "random"],
      ["run", files.at("net.tflite"), "--input", "/dev/zero", "--range", "0..1"],
      ["verify", model],
      ["phone", "bench", model, "--host"],
      ["export", STRUCTURE, "--labels", labels, "-o", files.at("out")],
    ];
    for (const call of calls) {
      await requireError(
        call,
        1,
        /^zen: cannot read \/\S+ as it must be a regular file: got a pipe, socket or device$/m,
      );
    }
    const calibrated = ["export", STRUCTURE, ...calibration, "-o", files.at("out")];
    await requireError(calibrated, 1, /^zen: EXPORT_CALIBRATION_MISSING: .* must be a folder of images$/m);
    assert.throws(() => Deno.statSync(files.at("out")), Deno.errors.NotFound);
    Deno.mkdirSync(files.at("run"));
    files.pipe("run/run.sqlite");
    await requireError(["runs", "show", files.at("run")], 1, /as run\.sqlite is a pipe, socket or device/);
  },
});

Deno.test("a file with errors is named, with the line or the row where there is one", async () => {
  using files = new BadFiles();
  const list = files.file("list.txt", `# two\n${STRUCTURE}\n\nRELU(\n`);
  await requireError(
    ["analyze", "--file", list],
    1,
    /^zen: \S+list\.txt:4: cannot parse the structure as [^\n]*\n.*\n.*\n {2}hint: zen zoo list/,
  );
  await requireError(["analyze", "--file", "-"], 1, /^zen: standard input:2: cannot parse/, "\nRELU(");
  for (const command of ["inspect", "verify"]) {
    const model = files.file("bad.tflite", "no model at all");
    await requireError([command, model], 1, /^zen: \S+bad\.tflite: MODEL_CORRUPT: cannot read the model as/);
  }
  const csv = files.file("own.csv", 'structure,accuracy\n"RELU(8",1\n');
  await requireError(["correlate", "--benchmark", csv], 1, /^zen: \S+own\.csv: cannot .*/);
  const rows = files.file("rows.csv", "structure,accuracy\nRELU(3),1\nRELU(3),much\n");
  await requireError(
    ["correlate", "--benchmark", rows],
    2,
    /rows\.csv:\n {2}row 2: .*\n {2}hint: zen correlate --help/,
  );
  const labels = files.file("labels.txt", "cat\n");
  const form = ["--classes", "2", "--resolution", "8"];
  await requireError(
    ["export", STRUCTURE, ...form, "--labels", labels, "-o", files.at("out")],
    2,
    /labels\.txt must hold 2 names: got 1$/m,
  );
  Deno.mkdirSync(files.at("scores"));
  files.file("scores/scores.sqlite", "no database, but longer than the header of one is".repeat(9));
  const own = files.file("two.csv", `structure,accuracy\n"${STRUCTURE}",1\n"SuperConvK3BNRELU(3,16,1,1)",2\n`);
  const compare = ["correlate", "--benchmark", own, "--proxy", "params", "--out", files.at("scores")];
  await requireError(compare, 1, /cannot write \S+scores\.sqlite as SQLite says: file is not a database$/m);
});

Deno.test("a value of any length is cut in errors, wherever it was given", async () => {
  using files = new BadFiles();
  const calls: readonly (readonly [args: readonly string[], code: number])[] = [
    [["analyze", HUGE], 1],
    [["analyze", STRUCTURE.repeat(3000)], 1],
    [["analyze", "--file", HUGE], 1],
    [["score", STRUCTURE, "--proxy", HUGE], 2],
    [["score", STRUCTURE, "--proxy", `${HUGE}.ts`], 1],
    [["score", STRUCTURE, "--variant", HUGE], 2],
    [["score", STRUCTURE, "--device", HUGE], 2],
    [["score", STRUCTURE, "--batch", HUGE], 2],
    [["score", STRUCTURE, `--${HUGE}`], 2],
    [["score", STRUCTURE, "--proxy", "zen,".repeat(20_000)], 2],
    [["zoo", "show", HUGE], 2],
    [["zoo", "list", HUGE], 2],
    [["runs", "show", HUGE], 1],
    [["space", HUGE, STRUCTURE, "0"], 2],
    [["search", "--preset", HUGE], 2],
    [["search", "--preset", files.file("own.yaml", `proxy: zen\n${HUGE}: ${HUGE}\nseed: [${HUGE}]\n`)], 2],
    [["correlate", "--benchmark", HUGE], 2],
    [["phone", "list", "--address", HUGE], 1],
    [[HUGE], 2],
  ];
  for (const [args, code] of calls) await requireError(args, code, /./);
});

Deno.test("numbers have bounds, which the error names, before anything is computed", async () => {
  using files = new BadFiles();
  const out = files.at("run");
  const calls: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["score", STRUCTURE, "--workers", "100000"], /'--workers <count>' .* from 1 to \d+\.$/m],
    [["score", STRUCTURE, "--resolution", "100000"], /from 1 to 65536/],
    [["score", STRUCTURE, "--classes", "1000001"], /from 1 to 1000000/],
    [["search", "--window", "4097", "--out", out], /from 1 to 4096/],
    [["search", "--repeats", "1e5", "--out", out], /from 1 to 10000/],
    [["search", "--cascade", `${"params:0.5,".repeat(101)}zen`, "--out", out], /cascade: expected at most 100 proxies/],
    [["correlate", "--benchmark", "a.csv", "--seeds", "1001"], /from 1 to 1000/],
    [["export", STRUCTURE, "-o", out, "--calibration-images", "1025"], /from 1 to 1024/],
    [["export", STRUCTURE, "-o", out, "--resolution", "65537"], /from 1 to 65536/],
    [["verify", "a.tflite", "--images", "1025"], /from 1 to 1024/],
    [["phone", "shell", "ls", "--timeout", "86401"], /from 1 to 86400/],
    [["phone", "bench", "a.tflite", "--settle", "86401"], /at most 86400/],
    [["phone", "bench", "a.tflite", "--threads", "1,65"], /each at most 64/],
  ];
  for (const [args, message] of calls) await requireError(args, 2, message);
  const yaml = files.file("own.yaml", "preset: zen-cifar-params1M\nwindow: 5000\nbudgets: { layers: 10001 }\n");
  const problems = /budgets\.layers: expected at most 10,000, got 10001\n {2}window: expected at most 4,096, got 5000/;
  await requireError(["search", "--preset", yaml, "--out", out], 2, problems);
  assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
  assert.equal(budgetSettings.layers.most, MAX_BLOCKS);
});

Deno.test("an option that takes one value is not given twice, and a flag may be", async () => {
  const calls: readonly (readonly string[])[] = [
    ["score", STRUCTURE, "--batch", "4", "--batch", "5"],
    ["score", STRUCTURE, "--proxy", "params", "--proxy", "flops"],
    ["score", STRUCTURE, "--device", "cpu", "--device=cpu"],
    ["correlate", "--benchmark", "a.csv", "--benchmark", "b.csv"],
    ["export", STRUCTURE, "-o", "a", "--out", "b"],
    ["export", STRUCTURE, "-o", "a", "--precision", "f16", "--precision", "f32"],
    ["runs", "list", "--root", "a", "--root", "b"],
    ["search", "--seed", "1", "--seed", "1"],
  ];
  for (const call of calls) {
    await requireError(call, 2, /^error: option '-.*' argument '.*' is invalid\. It can be given only once\.$/m);
  }
  assert.equal((await zen(["analyze", STRUCTURE, "--json", "--json"])).code, 0);
});

Deno.test({
  name: "an export onto a full disk leaves the old file as it was and nothing else (needs the right to mount)",
  ignore: !mayMount(),
  async fn() {
    using disk = new SmallDisk(64);
    const out = `${disk.path}/net.tflite`;
    const form = ["--resolution", "8", "--classes", "2", "-o", out];
    assert.equal((await zen(["export", STRUCTURE, ...form])).code, 0);
    const old = Deno.readFileSync(out);
    const large = "SuperConvK3BNRELU(3,256,1,2)",
      failed = /^zen: cannot write \S+net\.tflite as .*: no space left on device$/m;
    await requireError(["export", large, ...form], 1, failed);
    await requireError(["export", large, ...form, "--format", "onnx"], 1, failed);
    assert.deepEqual(Deno.readFileSync(out), old);
    assert.deepEqual(disk.names(), ["net.tflite"]);
  },
});
