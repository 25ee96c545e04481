/** Presets with a latency budget need a calibration, and say so before anything else. */
import assert from "node:assert/strict";
import { latencyPresetNames, loadPresets, presetNames, printArtefact } from "@zennas/zennas";
import { TemporaryDirectory } from "../io/run_case.ts";
import { smallArtefact } from "../latency/small_artefact.ts";
import { zen } from "./zen.ts";

Deno.test("the presets that need a latency model are those with a latency budget", async () => {
  const limited = (await loadPresets()).filter(({ budgets }) => budgets.latency).map(({ preset }) => preset);
  assert.deepEqual(limited, latencyPresetNames);
});

Deno.test("without a model a latency budget is refused at once, with what to use, and nothing is made", async () => {
  using temporary = new TemporaryDirectory();
  const own = `${temporary.path}/own.yaml`;
  Deno.writeTextFileSync(own, "preset: zen-cifar-params1M\nbudgets: { latency: { ms: 1 } }\n");
  for (const preset of [latencyPresetNames[0], own]) {
    // A device that is not there shows that none was opened.
    const call = ["search", "--preset", preset, "--device", "webgpu:99"];
    const { code, stdout, stderr } = await zen(call, { cwd: temporary.path });
    assert.deepEqual([code, stdout], [2, ""], preset);
    assert.match(
      stderr,
      /^zen: cannot search under a latency budget without .* --latency-model, .* zen-imagenet-flops400M, .*\n {2}hint: .*\n$/,
    );
    assert.deepEqual([...Deno.readDirSync(temporary.path)].map(({ name }) => name), ["own.yaml"]);
  }
});

Deno.test("a latency preset runs by the artefact that is named, and says where its batch and precision differ", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, model = `${path}/device.json`;
  const call = (preset: string) => [
    ...["search", "--preset", preset, "--latency-model", model, "--proxy", "params", "--max-evaluations", "2"],
    ...["--max-proposals", "20", "--population", "2", "--json", "--out", `${path}/${preset}`],
  ];
  Deno.writeTextFileSync(model, printArtefact(smallArtefact({ resolution: 224, nsPerMac: 1e-5 })));
  for (const preset of latencyPresetNames) {
    const { code, stdout, stderr } = await zen(call(preset));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /is meant at batch 64 in f16; it is held to predictions for made up at batch 1 in f32/);
    const { budgets, evaluations } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    assert.equal(evaluations, 2);
    const [, latency] = budgets;
    assert.deepEqual([latency.budget, `zen-imagenet-latency${latency.limit}ms`], ["latencyMs", preset]);
    assert.ok(latency.value > 0 && latency.value <= latency.limit);
  }
  Deno.writeTextFileSync(model, printArtefact(smallArtefact({ resolution: 224, nsPerMac: 2e-5 })));
  const { code, stderr } = await zen(["runs", "resume", `${path}/${latencyPresetNames[0]}`, "--max-evaluations", "4"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /what decides its scores has changed:\n {2}file:\/\/.*device.json: the run was made with sha256/,
  );
});

Deno.test("the help of zen search and the error for an unknown preset list all presets, those that need a calibration apart", async () => {
  const { stdout } = await zen(["search", "--help"]);
  const [usable, unusable] = stdout.split("Those whose latency budget needs");
  const { stderr } = await zen(["search", "--preset", "nope"]);
  const [known, marked] = stderr.split("those that need a latency model");
  for (const name of presetNames) {
    const waits = latencyPresetNames.some((one) => one === name);
    for (const text of [waits ? unusable : usable, waits ? marked : known]) {
      assert.match(text!, new RegExp(`\\b${name.replaceAll(".", "\\.")}\\b`));
    }
  }
});
