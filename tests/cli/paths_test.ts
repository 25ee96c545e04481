/** Paths are relative to where a command is typed, however it is started. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TemporaryDirectory } from "../io/run_case.ts";
import { type Outcome, run, zen } from "./zen.ts";

const manifest = fileURLToPath(import.meta.resolve("../../deno.json"));
const STRUCTURE = "SuperConvK3BNRELU(3,8,1,1)";
const FAST = ["--preset", "my.yaml", "--proxy", "params", "--population", "8"];

/** Ways to start zen from a folder. INIT_CWD is what a task takes for it, so an outer task's is not passed on. */
const ways: Readonly<Record<string, (args: readonly string[], cwd: string) => Promise<Outcome>>> = {
  "deno run": (args, cwd) => zen(args, { cwd, env: { INIT_CWD: "/" } }),
  "deno task": (args, cwd) =>
    run([Deno.execPath(), "task", "-q", "--config", manifest, "zen", ...args], { cwd, env: { INIT_CWD: cwd } }),
};

for (const [way, start] of Object.entries(ways)) {
  Deno.test(`every path is relative to where ${way} is typed`, async () => {
    using temporary = new TemporaryDirectory();
    const here = `${temporary.path}/a folder`, made = (path: string) => Deno.statSync(`${here}/${path}`).isFile;
    Deno.mkdirSync(here);
    Deno.writeTextFileSync(`${here}/my.yaml`, "preset: params-cifar-params1M\nspace: ./space.yaml\n");
    Deno.copyFileSync("examples/custom_space.yaml", `${here}/space.yaml`);
    Deno.copyFileSync("examples/custom_proxy.ts", `${here}/proxy.ts`);
    Deno.writeTextFileSync(`${here}/list.txt`, `${STRUCTURE}\n`);
    Deno.writeTextFileSync(
      `${here}/nets.csv`,
      `structure,accuracy\n"${STRUCTURE}",1\n"SuperConvK3BNRELU(3,16,1,1)",2\n`,
    );
    Deno.writeTextFileSync(`${here}/labels.txt`, "cat\ndog\n");
    const ok = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await start(args, here);
      assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    await ok("search", ...FAST, "--max-evaluations", "3");
    assert.ok(made("runs/params-cifar-params1M-seed1/run.sqlite"));
    await ok("search", ...FAST, "--max-evaluations", "3", "--out", "mine");
    assert.ok(made("mine/run.sqlite"));
    await ok("runs", "resume", "mine", "--max-evaluations", "4");
    assert.match(await ok("runs", "list"), /params-cifar-params1M-seed1/);
    await ok("analyze", "--file", "list.txt");
    await ok("space", "./space.yaml", "SuperResK1K3K1(3,8,1,8,1)", "0");
    await ok("score", "--file", "list.txt", "--module", "proxy.ts", "--proxy", "logit_spread", "--resolution", "8");
    await ok("score", STRUCTURE, "--proxy", "./proxy.ts", "--resolution", "8");
    await ok("export", STRUCTURE, "--classes", "2", "--resolution", "8", "--labels", "labels.txt", "-o", "net.tflite");
    assert.ok(made("net.tflite"));
    await ok("inspect", "net.tflite");
    await ok("verify", "net.tflite", "--images", "1");
    await ok("run", "net.tflite", "--input", "random");
    await ok("correlate", "--benchmark", "nets.csv", "--proxy", "params", "--seeds", "1", "--out", "report");
    assert.ok(made("report/table.md"));
    await ok(
      "phone",
      "bench",
      "net.tflite",
      "--host",
      "--repeats",
      "1",
      "--runs",
      "1",
      "--min-seconds",
      "0.01",
      "--out",
      "ms",
    );
    assert.ok(made("ms/latency.json"));
  });
}

Deno.test("a folder named by -C is relative to the one named before it", async () => {
  using temporary = new TemporaryDirectory();
  Deno.mkdirSync(`${temporary.path}/inner`);
  Deno.writeTextFileSync(`${temporary.path}/inner/list.txt`, STRUCTURE);
  const { code, stderr } = await zen(["-C", temporary.path, "-C", "inner", "analyze", "--file", "list.txt"]);
  assert.equal(code, 0, stderr);
});

Deno.test("every task that is a command line of zen names the folder where it was typed", () => {
  const { tasks } = JSON.parse(readFileSync(manifest, "utf8")) as {
    tasks: Record<string, string | { command: string }>;
  };
  const commands = Object.values(tasks).map((task) => typeof task === "string" ? task : task.command);
  const starts = commands.filter((command) => command.includes("cli/main.ts"));
  assert.ok(starts.length > 0);
  for (const command of starts) assert.match(command, /cli\/main\.ts -C "\$INIT_CWD"/);
});

Deno.test("a folder that is not there is one line", async () => {
  const { code, stderr } = await zen(["-C", "/nonexistent", "zoo", "list"]);
  assert.equal(code, 1);
  assert.match(stderr, /^zen: cannot .*\/nonexistent.* no such file or directory/);
});
