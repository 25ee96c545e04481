/** Presets that cannot run say so before anything else. */
import assert from "node:assert/strict";
import { latencyPresetNames, loadPresets, presetNames } from "@zennas/zennas";
import { TemporaryDirectory } from "../io/run_case.ts";
import { zen } from "./zen.ts";

Deno.test("the presets that need a latency model are those with a latency budget", async () => {
  const limited = (await loadPresets()).filter(({ budgets }) => budgets.latency).map(({ preset }) => preset);
  assert.deepEqual(limited, latencyPresetNames);
});

Deno.test("a latency preset is refused at once, with what to use, and nothing is made", async () => {
  using temporary = new TemporaryDirectory();
  const own = `${temporary.path}/own.yaml`;
  Deno.writeTextFileSync(own, "preset: zen-cifar-params1M\nbudgets: { latency: { ms: 1 } }\n");
  for (const preset of [...latencyPresetNames, own]) {
    // A device that is not there shows that none was opened.
    const call = ["search", "--preset", preset, "--device", "webgpu:99"];
    const { code, stdout, stderr } = await zen(call, { cwd: temporary.path });
    assert.deepEqual([code, stdout], [2, ""], preset);
    assert.match(
      stderr,
      /^zen: cannot search under a latency budget yet .*: use zen-imagenet-flops400M, .*\n {2}hint: .*\n$/,
    );
    assert.deepEqual([...Deno.readDirSync(temporary.path)].map(({ name }) => name), ["own.yaml"]);
  }
});

Deno.test("the help of zen search and the error for an unknown preset list all presets, those that cannot run apart", async () => {
  const { stdout } = await zen(["search", "--help"]);
  const [usable, unusable] = stdout.split("Those that cannot run yet");
  const { stderr } = await zen(["search", "--preset", "nope"]);
  const [known, marked] = stderr.split("those that need a latency model");
  for (const name of presetNames) {
    const waits = latencyPresetNames.some((one) => one === name);
    for (const text of [waits ? unusable : usable, waits ? marked : known]) {
      assert.match(text!, new RegExp(`\\b${name.replaceAll(".", "\\.")}\\b`));
    }
  }
});
