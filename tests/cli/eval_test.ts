/** `zen eval` and `zen predict`, as their user calls them. */
import assert from "node:assert/strict";
import {
  answers,
  Classification,
  type ClassificationResult,
  evaluationPipeline,
  ImageBatches,
  normalizations,
  openBackend,
  openDataFolder,
  openSplit,
} from "@zennas/zennas";
import { cifar10Files, cifarRecord, joined, write, writeFolders } from "../io/data/data_case.ts";
import { TemporaryDirectory } from "../io/run_case.ts";
import { structure, trainedClassifier, trainedWeights } from "./eval_case.ts";
import { zen, zenCommand, zenJson } from "./zen.ts";

/** A folder with weights, and ten images of CIFAR's to test on. */
async function place(): Promise<TemporaryDirectory> {
  const root = new TemporaryDirectory(), test = Array.from({ length: 10 }, (_, at) => cifarRecord([at % 3], at));
  for (const [name, bytes] of cifar10Files) await write(`${root.path}/data/${name}`, bytes);
  await write(`${root.path}/data/test_batch.bin`, joined(...test));
  await write(`${root.path}/net.safetensors`, trainedWeights());
  return root;
}

/** What the network gives for the test images, computed without the command line. */
async function expected(root: string, normalization: "cifar" | "imagenet"): Promise<ClassificationResult> {
  await using backend = await openBackend("cpu", { workers: 1 });
  using classifier = await trainedClassifier(backend, 4);
  const data = await openSplit(await openDataFolder(`${root}/data`), "test");
  const pipeline = evaluationPipeline({ resolution: 32, normalization: normalizations[normalization] });
  using batches = new ImageBatches(data, { pipeline, batch: 4 });
  const counted = new Classification({ classes: 10, worst: 2 });
  for await (const answered of answers(classifier, batches)) counted.add(answered);
  return counted.result();
}

Deno.test("eval reports what the network answers to the images, by either normalisation", async () => {
  using root = await place();
  const call = ["eval", structure, "--weights", `${root.path}/net.safetensors`, "--data", `${root.path}/data`];
  for (const normalize of ["cifar", "imagenet"] as const) {
    const { images, top1, top5, loss, calibrationError, confusion, worst } = await expected(root.path, normalize);
    const [found] = await zenJson([...call, "--normalize", normalize, "--worst", "2", "--batch", "3"]);
    assert.deepEqual(
      [found.images, found.top1, found.top5, found.loss, found.calibration_error, found.confusion],
      [images, top1, top5, loss, calibrationError, confusion],
    );
    assert.deepEqual(
      found.worst.map(({ image, loss }: { image: string; loss: number }) => [image, loss]),
      worst.map(({ index, loss }) => [`data/test_batch.bin image ${index}`, loss]),
    );
    assert.match(found.weights_sha256, /^[0-9a-f]{64}$/);
    assert.ok(found.images_per_second > 0 && found.device.startsWith("cpu"));
  }
});

Deno.test("eval takes the data set's normalisation, its split for tests, and its first images up to --limit", async () => {
  using root = await place();
  const call = ["eval", structure, "--weights", `${root.path}/net.safetensors`, "--data", `${root.path}/data`];
  const [whole] = await zenJson(call), { loss } = await expected(root.path, "cifar");
  assert.deepEqual([whole.split, whole.normalize, whole.loss], ["test", "cifar", loss]);
  const [limited] = await zenJson([...call, "--split", "train", "--limit", "7"]);
  assert.deepEqual([limited.split, limited.images, limited.of], ["train", 7, 7]);
});

Deno.test("eval says in words what it found", async () => {
  using root = await place();
  const call = ["eval", structure, "--weights", `${root.path}/net.safetensors`, "--data", `${root.path}/data`];
  const { code, stdout } = await zen([...call, "--worst", "1"]);
  assert.equal(code, 0);
  const { top1: { right } } = await expected(root.path, "cifar");
  assert.match(stdout, new RegExp(`top-1 +${(10 * right).toFixed(2)} % \\(${right} of 10; 95 %: `));
  assert.match(stdout, /\nclass +right +images +most often taken for\n/);
  assert.match(stdout, /\nimage +class +taken for +loss\ndata\/test_batch\.bin image \d/);
});

Deno.test("eval of exported files gives what eval of their network does", async () => {
  using root = await place();
  const form = ["--classes", "10", "--resolution", "32"];
  const { loss, top1 } = await expected(root.path, "cifar");
  for (const format of ["tflite", "onnx"]) {
    const file = `${root.path}/net.${format}`;
    assert.equal((await zen(["export", structure, ...form, "--format", format, "-o", file])).code, 0);
    const [found] = await zenJson(["eval", file, "--data", `${root.path}/data`]);
    assert.deepEqual([found.top1, found.weights], [top1, null]);
    assert.ok(Math.abs(found.loss - loss!) < 1e-4, `${format}: ${found.loss}, not ${loss}`);
  }
});

Deno.test("eval and predict of a file normalise by what it says, unless told", async () => {
  using root = await place();
  const form = ["--classes", "10", "--resolution", "32"], file = `${root.path}/net.tflite`;
  await zen(["export", structure, ...form, "--input", "pixels", "--normalize", "imagenet", "-o", file]);
  const { loss } = await expected(root.path, "imagenet"), data = ["--data", `${root.path}/data`];
  const [found] = await zenJson(["eval", file, ...data]);
  assert.equal(found.normalize, "TFLITE_METADATA");
  assert.ok(Math.abs(found.loss - loss!) < 1e-3, `${found.loss}, not ${loss}`);
  const [told] = await zenJson(["eval", file, ...data, "--normalize", "cifar"]);
  assert.equal(told.normalize, "cifar");
  assert.ok(Math.abs(told.loss - loss!) > 1e-3, `${told.loss}`);
  await writeFolders(`${root.path}/pictures`, { images: ["one/1.png"] });
  const { stderr } = await zen(["predict", file, `${root.path}/pictures/one/1.png`]);
  assert.match(stderr, /normalised by mean 0,0,0, deviation 1,1,1 \(TFLITE_METADATA\)/);
});

Deno.test("eval leaves broken images out, and names them", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/net.safetensors`, trainedWeights());
  const names = Array.from({ length: 10 }, (_, at) => `class${at}`);
  await writeFolders(`${root.path}/data`, { images: names.map((name) => `${name}/1.png`), broken: ["class3/0.png"] });
  const [found] = await zenJson([
    ...["eval", structure, "--weights", `${root.path}/net.safetensors`],
    ...["--data", `${root.path}/data`, "--resolution", "32"],
  ]);
  assert.equal(found.images, 10);
  assert.deepEqual(found.broken.map(({ file }: { file: string }) => file), ["class3/0.png"]);
});

const refusals: Readonly<Record<string, readonly [args: readonly string[], message: RegExp]>> = {
  "no weights": [[structure], /without weights: give --weights FILE, or --pretrained/],
  "other classes": [["resnet18", "--weights", "net.safetensors"], /must have the same classes: got 1000 and 10/],
  "weights of another network": [["cifar_resnet20", "--weights", "net.safetensors"], /those of another network/],
  "a file of weights that is not there": [[structure, "--weights", "nothing.pth"], /nothing\.pth/],
  "weights for a file": [["net.tflite", "--weights", "net.safetensors"], /an exported file has its own/],
  "published weights of what has none": [["cifar_resnet20", "--pretrained"], /takes a network of Zen-NAS's/],
  "two kinds of weights": [[structure, "--weights", "net.safetensors", "--pretrained"], /cannot be used with/],
  "a split that is not there": [[structure, "--weights", "net.safetensors", "--split", "val"], /its splits are/],
};

for (const [what, [args, message]] of Object.entries(refusals)) {
  Deno.test(`eval refuses ${what}`, async () => {
    using root = await place();
    const { code, stdout, stderr } = await zen(["eval", ...args, "--data", "data"], { cwd: root.path });
    assert.deepEqual([[1, 2].includes(code), stdout], [true, ""], stderr);
    assert.match(stderr, message);
    assert.ok(!stderr.includes("    at "), stderr);
  });
}

Deno.test("Ctrl-C ends an evaluation with the result of the images so far", async () => {
  using root = await place();
  const record = cifarRecord([0], 1), many = new Uint8Array(4000 * record.length);
  for (let at = 0; at < many.length; at += record.length) many.set(record, at);
  await write(`${root.path}/data/test_batch.bin`, many);
  const [program, ...args] = zenCommand;
  const call = ["eval", structure, "--weights", `${root.path}/net.safetensors`, "--data", `${root.path}/data`];
  const child = new Deno.Command(program!, {
    args: [...args, ...call, "--batch", "1", "--workers", "1", "--json"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.getReader(), decoder = new TextDecoder();
  let said = "";
  while (!said.includes("device:")) said += decoder.decode((await reader.read()).value);
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  reader.releaseLock();
  const [stdout, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    child.status,
    child.stderr.cancel(),
  ]);
  assert.equal(code, 130);
  const { images, of } = JSON.parse(stdout);
  assert.ok(images > 0 && images < of, `${images} of ${of}`);
});

Deno.test("predict names the likeliest classes of each picture", async () => {
  using root = await place();
  await writeFolders(root.path, { images: ["one.png", "two.png"] });
  const weights = ["--weights", `${root.path}/net.safetensors`, "--classes", "10", "--resolution", "32"];
  const pictures = [`${root.path}/one.png`, `${root.path}/two.png`];
  const found = await zenJson(["predict", structure, ...pictures, ...weights, "--top", "3"]);
  assert.deepEqual(found.map(({ image }) => image), pictures);
  const [{ predictions: [first, second, third, ...others] }] = found;
  assert.equal(others.length, 0);
  assert.ok(first.probability >= second.probability && second.probability >= third.probability);
  const cifar = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
  assert.equal(first.class, cifar[first.index]);
  await write(`${root.path}/labels.txt`, new TextEncoder().encode(cifar.map((name) => `a ${name}`).join("\n") + "\n"));
  const named = ["predict", structure, pictures[0]!, ...weights, "--labels", `${root.path}/labels.txt`];
  const [{ predictions }] = await zenJson(named);
  assert.equal(predictions[0].class, `a ${first.class}`);
  const wrong = await zen(["predict", "cifar_resnet20", pictures[0]!, ...weights, "--labels", pictures[0]!]);
  assert.notEqual(wrong.code, 0);
});
