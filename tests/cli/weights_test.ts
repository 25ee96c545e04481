/** `zen weights`: what people and scripts get of files of weights. */
import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { contents, fixturePath, safetensorsFile } from "../io/checkpoints/files.ts";
import { zen, zenCommand, zenJson } from "./zen.ts";

Deno.test("weights inspect prints the keys that scripts rely on", async () => {
  const path = fixturePath("training.th"), [result] = await zenJson(["weights", "inspect", path]);
  const { tensors, ...facts } = result, expected = contents["training.th"]!;
  const bytes = Deno.statSync(path).size;
  assert.deepEqual(facts, {
    path,
    format: "pytorch-legacy",
    key: "state_dict",
    prefix: "module.",
    bytes,
    parameters: 120, // 4·3·3·3 weights, 4 biases, 4 + 4 of the normalisation
    fits: [],
  });
  assert.deepEqual(
    tensors.map(({ name, shape }: { name: string; shape: number[] }) => [name, shape]),
    Object.entries(expected).map(([name, { shape }]) => [name, shape]),
  );
  const [weight] = tensors, values = expected["conv.weight"]!.values;
  assert.deepEqual(weight, {
    name: "conv.weight",
    shape: [4, 3, 3, 3],
    dtype: "f32",
    bytes: 432,
    min: Math.min(...values),
    max: Math.max(...values),
    mean: weight.mean,
    nan: 0,
  });
  assert.ok(Math.abs(weight.mean - values.reduce((sum, value) => sum + value) / values.length) < 1e-12);
});

Deno.test("weights inspect prints a table", async () => {
  const { code, stdout } = await zen(["weights", "inspect", fixturePath("training.th")]);
  assert.equal(code, 0);
  assert.match(stdout, /^format +pytorch-legacy, under "state_dict", without module\.\n/);
  assert.match(stdout, /\nparameters +120\nfits +no network of the zoo\n/);
  assert.match(stdout, /\nconv\.weight +f32 +\[4, 3, 3, 3\] +432 +-0\.\d+ +0\.\d+ +-?0\.\d+ +0\n/);
});

Deno.test("names in a table do not steer the terminal, nor make it as wide as they are", async () => {
  using temporary = new TemporaryDirectory();
  const path = `${temporary.path}/names.safetensors`, name = `\x1b[2J\x9b${"a".repeat(10_000)}`;
  Deno.writeFileSync(
    path,
    safetensorsFile(`{${JSON.stringify(name)}:{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, Uint8Array.of(7)),
  );
  const { code, stdout } = await zen(["weights", "inspect", path]);
  assert.equal(code, 0);
  assert.match(stdout, /\n\\x1b\[2J\\x9ba{50,200}… +u8 +\[\] +1 +7/);
});

Deno.test("weights convert writes a file that holds the same", async () => {
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/out.safetensors`, path = fixturePath("training.th");
  const [result] = await zenJson(["weights", "convert", path, out]);
  assert.deepEqual(result, { in: path, out, format: "safetensors", bytes: Deno.statSync(out).size, tensors: 7 });
  const [before] = await zenJson(["weights", "inspect", path]), [after] = await zenJson(["weights", "inspect", out]);
  assert.deepEqual([after.tensors, after.format], [before.tensors, "safetensors"]);
});

Deno.test("weights that cannot be read or written are one line, a hint and an exit code", async () => {
  const calls: readonly (readonly [args: string[], exit: number, message: RegExp])[] = [
    [
      ["inspect", fixturePath("code.pt")],
      1,
      /the global "posix\.system"\n {2}hint: nothing in a file is ever executed/,
    ],
    [["inspect", "deno.json"], 1, /starts with "\{/],
    [["inspect", "/nonexistent.pt"], 1, /cannot read \/nonexistent\.pt as the system says: no such file/],
    [["inspect", "."], 1, /a regular file/],
    [["inspect"], 2, /missing required argument 'file'/],
    [["convert", fixturePath("whole.pt"), "out.onnx"], 2, /the name ends in \.pt, \.pth, \.th or \.safetensors/],
    [["convert", fixturePath("whole.pt"), "/nonexistent/out.pt"], 1, /cannot write \/nonexistent\/out\.pt/],
  ];
  for (const [args, exit, message] of calls) {
    const { code, stdout, stderr } = await zen(["weights", ...args]);
    assert.deepEqual([code, stdout], [exit, ""], args.join(" "));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /at .*\.ts:\d/);
  }
});

Deno.test({
  name: "weights convert that is interrupted leaves nothing behind",
  ignore: Deno.build.os === "windows", // there are no signals to a child
  async fn() {
    using temporary = new TemporaryDirectory();
    const big = `${temporary.path}/big.safetensors`,
      bytes = 2 ** 30,
      header = JSON.stringify({
        a: { dtype: "U8", shape: [bytes], data_offsets: [0, bytes] },
      });
    using file = Deno.openSync(big, { write: true, create: true });
    file.writeSync(new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer));
    file.writeSync(new TextEncoder().encode(header));
    file.truncateSync(8 + header.length + bytes); // a hole: it takes no place on the disk
    const child = spawnConvert(big, `${temporary.path}/out.pt`);
    while (![...Deno.readDirSync(temporary.path)].some(({ name }) => name.endsWith(".partial"))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assert.equal(code, 130, new TextDecoder().decode(stderr));
    assert.match(new TextDecoder().decode(stderr), /stopped; .*out\.pt is as it was/);
    assert.deepEqual([...Deno.readDirSync(temporary.path)].map(({ name }) => name), ["big.safetensors"]);
  },
});

function spawnConvert(from: string, out: string): Deno.ChildProcess {
  const [program, ...args] = [...zenCommand, "weights", "convert", from, out];
  return new Deno.Command(program!, { args, stdout: "null", stderr: "piped" }).spawn();
}
