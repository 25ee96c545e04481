/** What `zen export --precision int8 --calibration` calibrates on. */
import assert from "node:assert/strict";
import { normalizations } from "@zennas/zennas";
import { readLiteFile } from "@zennas/zennas/mobile";
import { colouredPng, joined, write, writeFolders } from "../io/data/data_case.ts";
import { TemporaryDirectory } from "../io/run_case.ts";
import { structure } from "./eval_case.ts";
import { zen, zenJson } from "./zen.ts";

/** Exports in 8 bits; gives the range of the image that was calibrated, and what the file says of it. */
async function calibrated(root: string, args: readonly string[]): Promise<{ range: number; said: string }> {
  const file = `${root}/net.tflite`, form = ["--classes", "10", "--resolution", "32"];
  await zenJson(["export", structure, ...form, "--precision", "int8", ...args, "-o", file]);
  const { operators, tensors } = readLiteFile(await Deno.readFile(file)).graphs[0]!;
  const [{ provenance }] = await zenJson(["inspect", file]);
  return { range: 255 * tensors[operators[0]!.outputs[0]!]!.quantization!.scales[0]!, said: provenance.calibration };
}

/** The range of images whose bytes are from `lowest` to `highest`, with zero. */
function rangeOf(name: keyof typeof normalizations, [lowest, highest]: readonly [number, number]): number {
  const { mean, std } = normalizations[name];
  const at = (byte: number) => mean.map((value, channel) => (byte / 255 - value) / std[channel]!);
  return Math.max(0, ...at(highest)) - Math.min(0, ...at(lowest));
}

const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-4 * b;
/** A CIFAR image of one grey. */
const grey = (level: number): Uint8Array => Uint8Array.of(0, ...new Uint8Array(3072).fill(level));

Deno.test("a data set's training images are spread over, normalised as its networks are unless told", async () => {
  using root = new TemporaryDirectory();
  // Of eight images 0, 2, 4, 6 are taken; the others, and those to test on, are brighter.
  const levels = [100, 255, 110, 255, 120, 255, 130, 255];
  await write(`${root.path}/data/data_batch_1.bin`, joined(...levels.map(grey)));
  await write(`${root.path}/data/test_batch.bin`, joined(grey(0)));
  const call = ["--calibration", `${root.path}/data`, "--calibration-images", "4"];
  const own = await calibrated(root.path, call),
    told = await calibrated(root.path, [...call, "--normalize", "imagenet"]);
  assert.ok(close(own.range, rangeOf("cifar", [100, 130])), `${own.range}`);
  assert.ok(close(told.range, rangeOf("imagenet", [100, 130])), `${told.range}`);
  assert.equal(own.said, "CIFAR-10 train, 4 images, normalised by cifar");
  assert.equal(told.said, "CIFAR-10 train, 4 images, normalised by imagenet");
  const all = await calibrated(root.path, ["--calibration", `${root.path}/data`]);
  assert.deepEqual([all.said, close(all.range, rangeOf("cifar", [100, 255]))], [
    "CIFAR-10 train, 8 images, normalised by cifar",
    true,
  ]);
});

Deno.test("a folder of pictures is taken without classes, by name", async () => {
  using root = new TemporaryDirectory();
  const folder = `${root.path}/pictures`;
  for (const [name, red] of [["a.png", 255], ["b.png", 0], ["c.PNG", 0], ["d.txt", 0]] as const) {
    await write(`${folder}/${name}`, await colouredPng(red));
  }
  const { range, said } = await calibrated(root.path, ["--calibration", folder, "--calibration-images", "1"]);
  const { mean, std } = normalizations.imagenet; // red is 255, green is 20, blue is 30
  const expected = (1 - mean[0]) / std[0] - (20 / 255 - mean[1]) / std[1];
  assert.ok(close(range, expected), `${range}, not ${expected}`);
  assert.equal(said, `${folder}, 1 images, normalised by imagenet`);
});

Deno.test("folders of classes are calibrated on by their training images", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(`${root.path}/set`, { images: ["train/a/1.png", "train/b/1.png", "val/a/1.png"] });
  const { said } = await calibrated(root.path, ["--calibration", `${root.path}/set`]);
  assert.equal(said, "set train, 2 images, normalised by imagenet");
});

Deno.test("images that cannot be calibrated on are one line", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/broken/a.png`, new TextEncoder().encode("no image"));
  await write(`${root.path}/test/test_batch.bin`, grey(0));
  const cases: readonly (readonly [source: string, message: RegExp])[] = [
    ["broken", /MODEL_INPUT: cannot read a\.png as an image: /],
    ["test", /cannot calibrate on CIFAR-10 as it must have images to train on: got test/],
    ["nothing", /EXPORT_CALIBRATION_MISSING: cannot calibrate as nothing must be a folder of images\n {2}hint: /],
  ];
  for (const [source, message] of cases) {
    const call = ["export", structure, "--precision", "int8", "--calibration", source, "-o", "net.tflite"];
    const { code, stderr } = await zen(call, { cwd: root.path });
    assert.match(stderr, message);
    assert.ok([1, 2].includes(code) && !stderr.includes("    at "), stderr);
  }
});
