/** What files say of the pixels that they take: to us, and to MediaPipe where it is installed. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { normalizations } from "@zennas/zennas/images";
import {
  fileLabels,
  type InputKind,
  openLiteRt,
  readLiteFile,
  statedNormalization,
  verifyTflite,
} from "@zennas/zennas/mobile";
import { openBackend } from "@zennas/zennas";
import sharp from "sharp";
import { answers, exported, network, testImages } from "../networks.ts";

const of = network("SuperConvK3BNRELU(3,8,2,1)"), { imagenet } = normalizations;
const labels = Array.from({ length: 10 }, (_, index) => `class ${index}`);

/** Values as pixels of 255 steps, and what of them is normalised. */
function pixelsOf(image: Float32Array): { readonly pixels: Float32Array; readonly normalized: Float32Array } {
  const pixels = image.map((value) => Math.round(255 * Math.min(1, Math.max(0, value * 0.2 + 0.5))) / 255);
  const { mean, std } = imagenet;
  return { pixels, normalized: pixels.map((value, at) => (value - mean[at % 3]!) / std[at % 3]!) };
}

Deno.test("a file that takes pixels answers as one that takes them normalised, and verifies", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const images = testImages(of, 2).map(pixelsOf);
  const expected = await answers(await exported(of, "f32"), images.map(({ normalized }) => normalized));
  for (const input of ["pixels", "uint8", "int8"] as const) {
    const bytes = await exported(of, "f32", { input, normalization: imagenet });
    const found = await answers(bytes, images.map(({ pixels }) => pixels));
    found.forEach((values, at) =>
      values.forEach((value, index) => assert(Math.abs(value - expected[at]![index]!) < 1e-3 * Math.abs(value) + 1e-2))
    );
    const { faults } = await verifyTflite(bytes, { backend, images: 2 });
    assert.deepEqual(faults, [], input);
  }
  await assert.rejects(exported(of, "f32", { input: "uint8" }), RangeError);
});

Deno.test("a file normalised by other values than it says does not verify", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const bytes = await exported(of, "f32", { input: "pixels", normalization: imagenet });
  const factor = readLiteFile(bytes).graphs[0]!.tensors.find(({ name }) => name === "pixels/factor")!;
  new DataView(factor.data!.buffer, factor.data!.byteOffset).setFloat32(4, 4, true); // of green; 1/0.224 is 4.46
  const { faults, worstStep } = await verifyTflite(bytes, { backend, images: 2 });
  assert(faults.length > 0 && worstStep.name === "input" && worstStep.channel === 1, faults.join("; "));
});

Deno.test("files say what their pixels are normalised by: their metadata, or the scale of 8 bits", async () => {
  const stated = async (input: InputKind) =>
    statedNormalization(readLiteFile(await exported(of, "f32", { input, normalization: imagenet })));
  const { normalization, source } = (await stated("normalized"))!;
  assert.equal(source, "TFLITE_METADATA");
  for (const [key, values] of Object.entries(imagenet)) {
    values.forEach((value, at) => assert(Math.abs(normalization[key as "mean"][at]! - value) < 1e-6, key));
  }
  for (const input of ["uint8", "int8"] as const) {
    const { normalization: { mean, std }, source } = (await stated(input))!;
    assert(source.includes(input.toUpperCase()) && [...mean].every((value) => value === 0));
    assert([...std].every((value) => Math.abs(value - 1) < 1e-6), `${std}`);
  }
  assert.equal(statedNormalization(readLiteFile(await exported(of, "f32"))), undefined);
});

Deno.test("labels are a file in a zip archive behind the model, and the model still runs", async () => {
  const bytes = await exported(of, "f32", { labels });
  const text = new TextDecoder("latin1").decode(bytes),
    end = text.lastIndexOf("PK\x05\x06"),
    view = new DataView(bytes.buffer, bytes.byteOffset);
  const central = view.getUint32(end + 16, true), local = view.getUint32(central + 42, true);
  assert.equal(text.slice(local, local + 4), "PK\x03\x04");
  assert.equal(text.slice(local + 30, local + 40), "labels.txt");
  assert(text.slice(local + 40).startsWith("class 0\nclass 1\n"));
  using model = await openLiteRt(bytes);
  assert.equal(model.outputs[0]!.shape[1], 10);
});

/** A model's place, and an archive with `labels.txt` behind it, compressed by DEFLATE. */
function zipped(content: Uint8Array): Uint8Array {
  const deflated = deflateRawSync(content), name = new TextEncoder().encode("labels.txt"), before = 100;
  const header = (bytes: number, fields: readonly (readonly [at: number, value: number])[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(bytes));
    for (const [at, value] of fields) view.setUint32(at, value, true);
    return new Uint8Array(view.buffer);
  };
  const local = header(30, [[0, 0x04034b50], [18, deflated.length], [22, content.length], [26, name.length]]);
  const central = header(46, [[0, 0x02014b50], [10, 8], [20, deflated.length], [28, name.length], [42, before]]);
  const directory = before + local.length + name.length + deflated.length;
  const end = header(22, [[0, 0x06054b50], [8, 0x10001], [12, central.length + name.length], [16, directory]]);
  return Uint8Array.from([new Uint8Array(before), local, name, deflated, central, name, end].flatMap((x) => [...x]));
}

Deno.test("labels are read from the archive behind others' models, compressed or not", async () => {
  const bytes = await exported(of, "f32", { labels }), model = readLiteFile(bytes);
  const theirs = { ...model, metadata: { TFLITE_METADATA: model.metadata.TFLITE_METADATA! } };
  assert.deepEqual(fileLabels(bytes, theirs), labels);
  const content = new TextEncoder().encode(labels.join("\r\n"));
  assert.deepEqual(fileLabels(zipped(content), theirs), labels);
  assert.deepEqual(fileLabels(bytes.subarray(0, 1000), theirs), []);
  assert.deepEqual(fileLabels(bytes.subarray(0, bytes.length - 30), theirs), []);
});

const python = Deno.env.get("ZENNAS_MEDIAPIPE_PYTHON") ?? "python3";
/** Whether that Python has MediaPipe. */
function hasMediaPipe(): boolean {
  try {
    return new Deno.Command(python, { args: ["-c", "import mediapipe"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "MediaPipe Tasks answers as the host does, by name (needs PyPI mediapipe, in ZENNAS_MEDIAPIPE_PYTHON)",
  ignore: !hasMediaPipe(),
  fn: async () => {
    const folder = await Deno.makeTempDir(), picture = `${folder}/picture.png`;
    const raw = Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => (at * 37) & 255);
    await sharp(raw, { raw: { width: 16, height: 16, channels: 3 } }).png().toFile(picture);
    const pixels = Float32Array.from(raw, (value) => value / 255), expected: Float32Array[] = [], paths: string[] = [];
    for (const precision of ["f32", "int8"] as const) {
      for (const input of ["pixels", "uint8"] as const) {
        const bytes = await exported(of, precision, { input, normalization: imagenet, labels, softmax: true });
        paths.push(`${folder}/${precision}-${input}.tflite`);
        await Deno.writeFile(paths.at(-1)!, bytes);
        expected.push((await answers(bytes, [pixels]))[0]!);
      }
    }
    const script = fileURLToPath(new URL("mediapipe_classifier.py", import.meta.url));
    const { stdout, success } = await new Deno.Command(python, { args: [script, picture, ...paths], stderr: "null" })
      .output();
    assert(success);
    const found: [number, string, number][][] = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
    found.forEach((categories, at) => {
      assert.equal(categories.length, 10);
      for (const [index, name, score] of categories) {
        assert.equal(name, labels[index]);
        assert(Math.abs(score - expected[at]![index]!) < 0.02, `${paths[at]}: ${name} ${score}`);
      }
    });
    await Deno.remove(folder, { recursive: true });
  },
});
