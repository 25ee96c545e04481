/** `zen export`, `inspect`, `run` and `verify`, as their user calls them. */
import assert from "node:assert/strict";
import { zen, zenJson } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K7(8,16,2,8,1)";

/** A directory that is gone after the test. */
class Scratch implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync();

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("a network is exported in 8 bits, inspected, run and verified", async () => {
  await using scratch = new Scratch();
  const file = `${scratch.path}/net.tflite`, labels = `${scratch.path}/labels.txt`;
  await Deno.writeTextFile(labels, "cat\ndog\nship\n");
  const int8 = ["--precision", "int8", "--calibration", "random", "--calibration-images", "4"];
  const form = ["--classes", "3", "--resolution", "24", "--labels", labels];
  const [written] = await zenJson(["export", STRUCTURE, ...int8, ...form, "-o", file]);
  assert.equal(written.bytes, (await Deno.stat(file)).size);
  const [inspected] = await zenJson(["inspect", file]);
  assert.equal(inspected.graphs[0].operators[0].name, "QUANTIZE");
  assert(inspected.findings.length > 0);
  assert.match((await zen(["inspect", file, "--all"])).stdout, /DEPTHWISE_CONV_2D is slow on XNNPACK/);
  const { stdout } = await zen(["run", file, "--input", "random", "--top", "3"]);
  assert.match(stdout, /cat/);
  const [verified] = await zenJson(["verify", file]);
  assert(verified.passed && verified.sqnrDb > 20, JSON.stringify(verified));
});

Deno.test("pictures are decoded, to calibrate on and to classify", async () => {
  await using scratch = new Scratch();
  const { default: sharp } = await import("sharp");
  const image = `${scratch.path}/noise.png`, file = `${scratch.path}/net.tflite`;
  const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, index) => (index * 2654435761) >>> 24);
  await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } }).png().toFile(image);
  await zenJson([
    "export",
    STRUCTURE,
    "--precision",
    "int8",
    "--calibration",
    scratch.path,
    "--normalize",
    "cifar",
    "-o",
    file,
  ]);
  const [{ outputs, normalization }] = await zenJson(["run", file, "--input", image]);
  assert.equal(normalization.source, "TFLITE_METADATA");
  assert.equal(outputs[0].values.length, 100);
});

Deno.test("what cannot be exported or read is one line and a hint", async () => {
  await using scratch = new Scratch();
  const out = `${scratch.path}/net.tflite`, int8 = ["--precision", "int8", "--calibration"];
  const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
    [["export", STRUCTURE, "--precision", "int8", "-o", out], 1, /needs images to calibrate on\n {2}hint: /],
    [
      ["export", STRUCTURE, "--precision", "int8", "--calibration", scratch.path, "-o", out],
      1,
      /must be a folder of images/,
    ],
    [["export", STRUCTURE, "--format", "onnx", "--precision", "f16", "-o", out], 2, /only in f32/],
    [["export", STRUCTURE, "--precision", "int8", "--calibration", out, "-o", out], 1, /must be a folder of images/],
    [["export", STRUCTURE, "--input", "uint8", "-o", out], 2, /must be known what pixels are normalised by/],
    [["export", STRUCTURE, "--evaluation", "eval.json", "-o", out], 2, /goes with --weights or --pretrained/],
    [["export", STRUCTURE, "--resolution", "20000", "-o", out], 1, /holds at most 2 GiB\n {2}hint: .*--resolution/],
    [["export", STRUCTURE, "-o", scratch.path], 1, /cannot write .* is a directory\n {2}hint: name a file/],
    [["export", STRUCTURE, "-o", `${out}/none/net.tflite`], 1, /cannot write .*none.*\n {2}hint: check the path/],
    [
      ["export", STRUCTURE, ...int8, `${scratch.path}/none`, "-o", `${out}/none/net.tflite`], // before it calibrates
      1,
      /cannot write .*none.net\.tflite/,
    ],
    [["run", "cifar_resnet2", "--input", "random"], 2, /cifar_resnet20/],
    [["export", "cifar_resnet2", "-o", out], 2, /cifar_resnet20/],
    [["inspect", scratch.path], 1, /cannot read .* as it must be a file: got a directory/],
    [["export", STRUCTURE, "--keep", "f32", "*", "-o", out], 2, /--keep goes with --precision f16, dynamic or int8/],
    [["export", STRUCTURE, "--precision", "f16", "--keep", "*", "-o", out], 2, /takes f32 and a pattern.*: got \*/],
    [["export", STRUCTURE, "--precision", "f16", "--keep", "f16", "*", "-o", out], 2, /takes f32 and a pattern/],
    [["export", STRUCTURE, "--precision", "f16", "--keep", "f32", "no", "-o", out], 1, /EXPORT_NO_LAYER: .*: got no\n/],
    [["inspect", new URL(import.meta.url).pathname], 1, /it is no TFL3 file/],
    [["verify", `${scratch.path}/none.tflite`], 1, /hint: check the path/],
  ];
  for (const [args, code, message] of cases) {
    const outcome = await zen(args);
    assert.match(outcome.stderr, message, args.join(" "));
    assert.equal(outcome.code, code, args.join(" "));
  }
});

Deno.test("a model is exported and verified by its name", async () => {
  await using scratch = new Scratch();
  const file = `${scratch.path}/net.tflite`;
  const [written] = await zenJson(["export", "cifar_resnet20", "-o", file]);
  assert.deepEqual([written.structure, written.form.classes, written.form.resolution], ["cifar_resnet20", 10, 32]);
  const [{ passed, sqnrDb }] = await zenJson(["verify", file, "--images", "2", "--device", "cpu"]);
  assert(passed && sqnrDb > 100, `${sqnrDb} dB`);
});

Deno.test("layers stay in float32, by several patterns, and the file says which", async () => {
  await using scratch = new Scratch();
  const file = `${scratch.path}/net.tflite`, keep = ["--keep", "f32", "fc_linear*", "--keep", "f32", "*"];
  await zenJson([
    "export",
    "resnet18",
    "--resolution",
    "32",
    "--precision",
    "dynamic",
    "--keep",
    "f32",
    "fc",
    "-o",
    file,
  ]);
  const [{ provenance, graphs: [graph] }] = await zenJson(["inspect", file]);
  assert.deepEqual(provenance.keep, ["fc"]);
  assert.equal(graph.tensors.find(({ name }: { name: string }) => name === "fc/weight").type, "FLOAT32");
  await zenJson(["export", STRUCTURE, "--precision", "f16", ...keep, "-o", file]);
  assert.match((await zen(["inspect", file])).stdout, /kept in float32 +fc_linear\*, \*\n/);
});

Deno.test("onnx files are written", async () => {
  await using scratch = new Scratch();
  const out = `${scratch.path}/net.onnx`;
  const [{ bytes, format }] = await zenJson(["export", STRUCTURE, "--format", "onnx", "-o", out]);
  assert.equal(format, "onnx");
  assert(bytes > 1000);
});
