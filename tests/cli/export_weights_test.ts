/** Trained weights in `zen forward`, `run`, `export`, `inspect` and `verify`, as their user calls them. */
import assert from "node:assert/strict";
import { networkNamed } from "@zennas/zennas";
import { cifar10Files, write } from "../io/data/data_case.ts";
import { TemporaryDirectory } from "../io/run_case.ts";
import { structure, trainedWeights } from "./eval_case.ts";
import { zen, zenJson } from "./zen.ts";

const FORM = ["--classes", "10", "--resolution", "32"];

/** The filled network's weights, which give the logits of the filled network times −2; and a data set. */
class Place extends TemporaryDirectory {
  readonly weights = `${this.path}/net.safetensors`;
  readonly data = `${this.path}/data`;
  readonly file = `${this.path}/net.tflite`;

  static async make(): Promise<Place> {
    const place = new Place();
    await write(place.weights, trainedWeights(undefined, { factor: -2 }));
    for (const [name, bytes] of cifar10Files) await write(`${place.data}/${name}`, bytes);
    return place;
  }

  /** Writes what `zen eval --json` prints, with some of it changed. */
  async evaluate(path: string, changes: object = {}): Promise<{ top1: { right: number } }> {
    const [found] = await zenJson(["eval", structure, "--weights", this.weights, "--data", this.data]);
    await Deno.writeTextFile(path, JSON.stringify({ ...found, ...changes }));
    return found;
  }
}

function assertTimes(values: readonly number[], expected: readonly number[], factor: number): void {
  const largest = Math.max(...expected.map(Math.abs));
  assert.equal(values.length, expected.length);
  values.forEach((value, at) => assert.ok(Math.abs(value - factor * expected[at]!) < 1e-4 * largest, `${values}`));
}

for (const fill of ["reference", "gaussian"]) {
  Deno.test(`forward takes weights from a file, and ${fill} images`, async () => {
    using place = await Place.make();
    await write(`${place.path}/plain.safetensors`, trainedWeights());
    const call = ["forward", structure, ...FORM, "--fill", fill, "--batch", "2", "--seed", "3"];
    const [plain] = await zenJson([...call, "--weights", `${place.path}/plain.safetensors`]);
    const [scaled] = await zenJson([...call, "--weights", place.weights]);
    assertTimes(scaled.logits.flat(), plain.logits.flat(), -2);
    const [filled] = await zenJson(call);
    if (fill === "reference") assertTimes(plain.logits.flat(), filled.logits.flat(), 1);
    else assert.notDeepEqual(plain.logits, filled.logits);
  });
}

Deno.test("exported files have the weights, and run gives what the network with them does", async () => {
  using place = await Place.make();
  const weights = ["--weights", place.weights], input = ["--input", "random"];
  await zenJson(["export", structure, ...FORM, ...weights, "-o", place.file]);
  await zenJson(["export", structure, ...FORM, "-o", `${place.path}/filled.tflite`]);
  const outputs = async (...args: string[]) => (await zenJson(["run", ...args, ...input]))[0].outputs[0];
  const filled = await outputs(`${place.path}/filled.tflite`), trained = await outputs(place.file);
  assertTimes(trained.values, filled.values, -2);
  const network = await outputs(structure, ...FORM, ...weights);
  assert.deepEqual(network.shape, [1, 10]);
  assertTimes(network.values, trained.values, 1);
});

Deno.test("a file tells the name and hash of its weights, what they reached, and its classes", async () => {
  using place = await Place.make();
  const path = `${place.path}/eval.json`, { top1: { right } } = await place.evaluate(path);
  const call = ["export", structure, ...FORM, "--weights", place.weights, "--evaluation", path];
  const [written] = await zenJson([...call, "--labels", "cifar10", "-o", place.file]);
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(place.weights));
  const sha256 = new Uint8Array(digest).toHex();
  const evaluation = { data: "CIFAR-10", split: "test", normalize: "cifar", images: 2, right };
  const parameters = { weights: "net.safetensors", sha256, evaluation };
  assert.deepEqual(written.parameters, parameters);
  const [{ provenance, labels }] = await zenJson(["inspect", place.file]);
  assert.deepEqual([provenance.parameters, labels.length, labels[3]], [parameters, 10, "cat"]);
  const { stdout } = await zen(["inspect", place.file]);
  assert.match(stdout, new RegExp(`weights +net\\.safetensors \\(SHA-256 ${sha256}\\)`));
  assert.match(
    stdout,
    new RegExp(`evaluated +top-1 ${(50 * right).toFixed(2)} % \\(${right} of 2\\) on CIFAR-10, test`),
  );
  assert.match(stdout, /labels +10: airplane, automobile, bird, cat, deer, …/);
});

Deno.test("labels are a data set's by name or folder, or a file's lines, one a class", async () => {
  using place = await Place.make();
  const lines = `${place.path}/labels.txt`;
  await Deno.writeTextFile(lines, Array.from({ length: 10 }, (_, at) => `class ${at}\n`).join(""));
  for (const [source, fourth] of [["mnist", "3"], [place.data, "cat"], [lines, "class 3"]] as const) {
    await zenJson(["export", structure, ...FORM, "--labels", source, "-o", place.file]);
    const [{ labels }] = await zenJson(["inspect", place.file]);
    assert.deepEqual([labels.length, labels[3]], [10, fourth]);
  }
  const { code, stderr } = await zen(["export", structure, ...FORM, "--labels", "cifar100", "-o", place.file]);
  assert.deepEqual([code, /cifar100 must hold 10 names: got 100/.test(stderr)], [2, true], stderr);
});

const evaluations: Readonly<Record<string, readonly [changes: object, message: RegExp]>> = {
  "other weights": [
    { weights_sha256: "0".repeat(64) },
    /must be measured with the weights [0-9a-f]{64}: got those with/,
  ],
  "an exported file": [{ weights_sha256: null, form: null }, /got those of an exported file/],
  "another network": [{ network: "cifar_resnet20" }, /must be measured with SuperConv.*: got cifar_resnet20/],
  "another form": [{ form: { classes: 10, resolution: 64 } }, /must have the form .*: got .*64/],
  "no evaluation": [{ top1: null }, /takes what zen eval --json printed/],
};

for (const [what, [changes, message]] of Object.entries(evaluations)) {
  Deno.test(`an evaluation of ${what} is not recorded`, async () => {
    using place = await Place.make();
    await place.evaluate(`${place.path}/eval.json`, changes);
    const call = ["export", structure, ...FORM, "--weights", place.weights, "-o", place.file];
    const { code, stderr } = await zen([...call, "--evaluation", `${place.path}/eval.json`]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  });
}

Deno.test("a file with trained weights is verified with them, and with no others", async () => {
  using place = await Place.make();
  const other = `${place.path}/other.safetensors`, filled = `${place.path}/filled.tflite`;
  await write(other, trainedWeights());
  await zenJson(["export", structure, ...FORM, "--weights", place.weights, "-o", place.file]);
  await zenJson(["export", structure, ...FORM, "-o", filled]);
  const [{ passed, sqnrDb }] = await zenJson(["verify", place.file, "--weights", place.weights]);
  assert(passed && sqnrDb > 100, `${sqnrDb} dB`);
  const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [
      [place.file],
      /MODEL_WEIGHTS: .* are those of net\.safetensors \(SHA-256 \w{64}\): got none\n {2}hint: give --weights/,
    ],
    [[place.file, "--weights", other], /those of net\.safetensors .*: got other\.safetensors \(SHA-256/],
    [[filled, "--weights", other], /are those of the filling rule trained: got other\.safetensors/],
    [[filled, "--normalize", "cifar"], /--normalize goes with --data/],
    [[place.file, "--pretrained"], /takes a network of Zen-NAS's/],
  ];
  for (const [args, message] of refused) {
    const { code, stderr } = await zen(["verify", ...args]);
    assert.match(stderr, message);
    assert.ok([1, 2].includes(code) && !stderr.includes("device:"), stderr);
  }
});

Deno.test("verify compares on a data set's images, and lists what each layer costs", async () => {
  using place = await Place.make();
  const weights = ["--weights", place.weights];
  await zenJson(["export", structure, ...FORM, ...weights, "--precision", "f16", "-o", place.file]);
  const verified = async (...args: string[]) => (await zenJson(["verify", place.file, ...weights, ...args]))[0];
  const [noise, cifar] = [await verified(), await verified("--data", place.data, "--layers")];
  const one = await verified("--data", place.data, "--images", "1");
  const imagenet = await verified("--data", place.data, "--normalize", "imagenet", "--images", "1");
  // Two images are there to test on.
  assert.deepEqual([noise, cifar, one, imagenet].map(({ images }) => images), [8, 2, 1, 1]);
  assert.equal(new Set([noise, cifar, one, imagenet].map(({ sqnrDb }) => sqnrDb)).size, 4);
  assert.equal(noise.layers, undefined);
  const costs = cifar.layers.map(({ logitsDb }: { logitsDb: number }) => logitsDb);
  assert.ok(costs.length > 4 && costs[0] >= cifar.sqnrDb - 3 && costs[0] < 90, `${costs}`);
  assert.deepEqual(costs, costs.toSorted((a: number, b: number) => a - b));
  const { stdout } = await zen(["verify", place.file, ...weights, "--data", place.data, "--layers"]);
  const [{ name, weightsDb, logitsDb }] = cifar.layers;
  assert.match(stdout, /\nlayer +operator +weights, dB +output, dB +logits, dB\n/);
  assert.match(stdout, new RegExp(`dB\n${name} +\\w+ +${weightsDb.toFixed(1)} +\\S+ +${logitsDb.toFixed(1)}\n`));
});

Deno.test("published weights are exported, and the file's network is found again to verify it", async () => {
  using place = new TemporaryDirectory();
  const name = "zennet_cifar10_model_size05M_res32", file = `${place.path}/net.tflite`;
  await write(`${place.path}/${name}/best-params_rank0.pth`, trainedWeights(networkNamed(name).design()));
  const published = ["--pretrained", "--checkpoints", place.path];
  const [{ parameters }] = await zenJson(["export", name, ...published, "-o", file]);
  assert.equal(parameters.weights, "best-params_rank0.pth");
  const [{ passed }] = await zenJson(["verify", file, ...published, "--images", "1"]);
  assert(passed);
  const logits = async (...args: string[]) =>
    (await zenJson(["forward", name, "--fill", "reference", ...args]))[0].logits;
  assertTimes((await logits(...published))[0], (await logits())[0], 1);
});

Deno.test("weights are refused where there is no use for them", async () => {
  using place = await Place.make();
  const weights = ["--weights", place.weights];
  const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["run", "net.tflite", "--input", "random", ...weights], /an exported file has its own/],
    [["run", "cifar_resnet20", "--input", "random"], /without weights: give --weights FILE, or --pretrained/],
    [["forward", structure, "cifar_resnet20", ...weights], /one file of weights for 2 networks/],
    [["export", "cifar_resnet20", ...weights, "-o", place.file], /those of another network/],
  ];
  for (const [args, message] of refused) {
    const { code, stderr } = await zen(args);
    assert.match(stderr, message, args.join(" "));
    assert.ok([1, 2].includes(code), args.join(" "));
  }
});
