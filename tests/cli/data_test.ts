/** `zen data`, as its user calls it. */
import assert from "node:assert/strict";
import { cifar10Files, write, writeFolders } from "../io/data/data_case.ts";
import { TemporaryDirectory } from "../io/run_case.ts";
import { zen, zenJson } from "./zen.ts";

Deno.test("data check says what a sound data set holds", async () => {
  using root = new TemporaryDirectory();
  for (const [name, bytes] of cifar10Files) await write(`${root.path}/${name}`, bytes);
  const [report] = await zenJson(["data", "check", root.path]);
  assert.deepEqual([report.kind, report.name, report.path, report.sound], [
    "cifar10-binary",
    "CIFAR-10",
    root.path,
    true,
  ]);
  const [train, test] = report.splits;
  assert.deepEqual([train.split, train.images, train.checked, train.classes], ["train", 10, 10, 10]);
  assert.deepEqual([test.per_class, test.empty_classes.length, test.broken], [{ min: 0, median: 0, max: 1 }, 8, []]);
  assert.deepEqual(report.checksums.map(({ state }: { state: string }) => state), Array(6).fill("unknown"));
  const { code, stdout } = await zen(["data", "check", root.path]);
  assert.equal(code, 0);
  assert.match(stdout, /data set {2}CIFAR-10\n[^]*train +10 +10 +0 +10 [^]*test +2 +2 /);
});

Deno.test("data check names broken images and exits with 1", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: ["train/a/1.png", "val/a/1.png"], broken: ["train/a/0.jpg", "val/a/2.png"] });
  const { code, stdout, stderr } = await zen(["data", "check", root.path]);
  assert.equal(code, 1);
  assert.match(stdout, /broken train\/a\/0\.jpg: .*unsupported image format\nbroken val\/a\/2\.png: /);
  assert.match(stderr, /zen: cannot read .* as it is not sound: 2 images are broken\n/);
  const limited = await zen(["data", "check", root.path, "--limit", "1", "--json"]);
  const { sound, splits } = JSON.parse(limited.stdout);
  assert.deepEqual([limited.code, sound, splits[0].checked, splits[1].checked], [1, false, 1, 1]);
  assert.deepEqual(splits.map(({ broken }: { broken: unknown[] }) => broken.length), [1, 0]);
});

Deno.test("data check of what is no data set lists what is recognised", async () => {
  using root = new TemporaryDirectory();
  const { code, stdout, stderr } = await zen(["data", "check", root.path]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /no data set is recognised[^]*CIFAR-10[^]*MNIST[^]*folders of classes/);
  assert.doesNotMatch(stderr, /at .*\.ts:\d/);
});
