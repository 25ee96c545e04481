/** `zen train`: what it writes fits the other commands, a run is refused before it has a folder, a resume goes on. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { TemporaryDirectory } from "../io/run_case.ts";
import { cifar10Files, cifarRecord, joined, write } from "../io/data/data_case.ts";
import { optionsOver, zen, zenJson } from "./zen.ts";

const NETWORK = "SuperConvK3BNRELU(3,8,4,1)SuperResK3K3(8,16,2,8,1)";
const QUICK = ["--epochs", "3", "--batch", "8", "--device", "cpu", "--workers", "1"];

/** A folder with CIFAR-10's files, of few images. */
async function dataIn({ path }: TemporaryDirectory): Promise<string> {
  const records = (count: number, from: number) =>
    joined(...Array.from({ length: count }, (_, at) => cifarRecord([(from + at) % 3], from + at)));
  for (const [name, bytes] of cifar10Files) await write(`${path}/data/${name}`, bytes);
  for (let batch = 1; batch <= 5; batch++) await write(`${path}/data/data_batch_${batch}.bin`, records(8, 8 * batch));
  await write(`${path}/data/test_batch.bin`, records(20, 90));
  return `${path}/data`;
}

const train = (data: string, out: string): string[] => ["train", NETWORK, "--data", data, "--out", out, ...QUICK];

Deno.test("a training says each step, epoch and its end in JSON, and its best weights do as well in zen eval", async () => {
  using root = new TemporaryDirectory();
  const data = await dataIn(root),
    out = `${root.path}/run`,
    lines = await zenJson(train(data, out)),
    done = lines.at(-1);
  assert.deepEqual(lines.map(({ event }) => event).join(" "), `${`${"step ".repeat(5)}epoch `.repeat(3)}done`);
  assert.deepEqual(lines[0], { event: "step", epoch: 1, step: 1, loss: lines[0].loss, rate: lines[0].rate });
  const epochs = lines.filter(({ event }) => event === "epoch");
  assert.deepEqual(done, {
    ...{ event: "done", epochs: 3, steps: 15, train_loss: epochs[2].train_loss, test: epochs[2].test, best: done.best },
    ...{ images_per_second: done.images_per_second, seconds: done.seconds, run: "run" },
  });
  assert.equal(done.best.top1, Math.max(...epochs.map(({ test }) => test.top1)));
  for (const [file, { top1, top5, loss }] of Object.entries({ "best.pth": done.best, "last.pth": done.test })) {
    const [found] = await zenJson(["eval", NETWORK, "--classes", "10", "--data", data, "--weights", `${out}/${file}`]);
    assert.deepEqual([found.top1.share, found.top5.share], [top1, top5], file);
    assert.ok(Math.abs(found.loss - loss) < 1e-6 * loss, `${file}: ${found.loss}, trained ${loss}`);
  }
  const model = `${root.path}/net.tflite`, form = ["--classes", "10", "--resolution", "32"];
  const { code, stderr } = await zen(["export", NETWORK, ...form, "--weights", `${out}/best.pth`, "-o", model]);
  assert.equal(code, 0, stderr);
  const again = await zen(["runs", "resume", out]);
  assert.deepEqual([again.code, /all 3 epochs are done/.test(again.stderr)], [0, true], again.stderr);
});

Deno.test("what cannot be trained is one line and exit code, before a run has a folder", async () => {
  using root = new TemporaryDirectory();
  const data = await dataIn(root), out = `${root.path}/run`, own = `${root.path}/own.yaml`;
  const weights = `${root.path}/other.safetensors`, base = train(data, out);
  await Deno.writeTextFile(own, "preset: cifar-quick\nwrong: 3\n");
  const header = JSON.stringify({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }).padEnd(64);
  await Deno.writeTextFile(weights, `${String.fromCharCode(64).padEnd(8, "\0")}${header}\0\0\0\0`);
  const rows: Readonly<Record<string, readonly [readonly string[], number, RegExp]>> = {
    "no data": [["--data", `${root.path}/none`], 1, /cannot read .*none/],
    "a batch of more than there is": [["--batch", "64"], 2, /a step takes 64 images: got 40/],
    "fewer images than a batch": [["--limit", "7"], 2, /a step takes 8 images: got 7/],
    "a step of more than there is": [["--accumulate", "6"], 2, /a step takes 6 × 8 images: got 40/],
    "an unknown preset": [["--preset", "quick"], 2, /preset: expected one of cifar-quick/],
    "a preset with a wrong key": [["--preset", own], 2, /wrong: expected no such key/],
    "another size": [["--resolution", "64"], 2, /network's 64 × 64 pixels: got 32 × 32; --resolution 32/],
    "other classes": [["--classes", "4"], 2, /the same classes: got 4 and 10/],
    "weights of another network": [["--weights", weights], 1, /those of another network/],
  };
  for (const [name, [options, expected, message]] of Object.entries(rows)) {
    const { code, stderr } = await zen(optionsOver(base, options));
    assert.equal(code, expected, `${name}: ${stderr}`);
    assert.match(stderr, message, name);
    assert.match(stderr, /^zen: /, name);
    assert.equal(existsSync(out), false, name);
  }
});

Deno.test("a learning rate that makes weights infinite ends the training with exit code 1", async () => {
  using root = new TemporaryDirectory();
  const wild = ["--lr", "1000000", "--warmup", "0", "--epochs", "40"],
    call = train(await dataIn(root), `${root.path}/run`);
  const { code, stderr } = await zen(optionsOver(call, wild));
  assert.equal(code, 1, stderr);
  assert.match(stderr, /zen: cannot go on with training .* as losses and weights must be finite/);
});
