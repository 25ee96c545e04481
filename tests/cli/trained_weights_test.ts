/**
 * A published CIFAR ResNet-20 on 1,000 images of CIFAR-10's test batch: evaluated by the network on each backend, and by
 * its exported files in their runtimes.
 */
import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { adapter, webGpuTest } from "../kernels/webgpu.ts";
import { everyRow } from "../scale.ts";
import { zenJson } from "./zen.ts";

/** Where published files are, which are not part of the repository. */
const DATA = Deno.env.get("ZENNAS_DATA") ?? new URL("../../../shared/data", import.meta.url).pathname;
const WEIGHTS = `${DATA}/weights/resnet20-12fca82f.th`, IMAGES = `${DATA}/cifar10`;
const isThere = (path: string): boolean => {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
};
const ignore = !isThere(WEIGHTS) || !isThere(IMAGES);
const NEEDED = "weights/resnet20-12fca82f.th and cifar10 in ZENNAS_DATA";
const reason = ignore ? ` (needs ${NEEDED})` : "";
/** What PyTorch answers right. */
const RIGHT = 915;

async function right(network: string, ...args: string[]): Promise<number> {
  const images = ["--data", IMAGES, "--split", "test", "--normalize", "imagenet", "--limit", "1000"];
  const [{ top1, images: count }] = await zenJson(["eval", network, ...images, ...args]);
  assert.equal(count, 1000);
  return top1.right;
}

Deno.test({
  name: `ResNet-20 answers as PyTorch does: cpu${reason}`,
  ignore,
  fn: async () => assert.equal(await right("cifar_resnet20", "--weights", WEIGHTS, "--device", "cpu"), RIGHT),
});

webGpuTest("ResNet-20 answers as PyTorch does: webgpu", async () => {
  assert.equal(await right("cifar_resnet20", "--weights", WEIGHTS, "--device", `webgpu:${adapter!.index}`), RIGHT);
}, { needs: ignore ? NEEDED : everyRow ? "" : "deno task test:all" }); // a software driver takes a minute

const calibration = ["--calibration", IMAGES, "--normalize", "imagenet"];
/** How many answers may differ in each form of file. */
const files: Readonly<Record<string, readonly [within: number, args: readonly string[]]>> = {
  "f32.tflite": [0, ["--precision", "f32"]],
  "f16.tflite": [2, ["--precision", "f16"]],
  "dynamic.tflite": [10, ["--precision", "dynamic"]],
  "int8.tflite": [10, ["--precision", "int8", ...calibration]],
  "f32.onnx": [0, ["--format", "onnx"]],
};

for (const [name, [within, args]] of Object.entries(files)) {
  Deno.test({
    name: `ResNet-20's exported file answers as it does, within ${within}: ${name}${reason}`,
    ignore,
    async fn() {
      using root = new TemporaryDirectory();
      const file = `${root.path}/${name}`;
      await zenJson(["export", "cifar_resnet20", "--weights", WEIGHTS, ...args, "-o", file]);
      const found = await right(file);
      assert.ok(Math.abs(found - RIGHT) <= within, `${found}`);
    },
  });
}

Deno.test({
  name: `ResNet-20 in 8 bits is verified against its weights${reason}`,
  ignore,
  async fn() {
    using root = new TemporaryDirectory();
    const file = `${root.path}/int8.tflite`, weights = ["--weights", WEIGHTS];
    await zenJson(["export", "cifar_resnet20", ...weights, "--precision", "int8", ...calibration, "-o", file]);
    const [{ passed, sqnrDb }] = await zenJson(["verify", file, ...weights, "--images", "4"]);
    assert.ok(passed, `${sqnrDb} dB`);
  },
});
