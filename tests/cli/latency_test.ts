/** `zen latency`: the names that scripts rely on, and what is refused. */
import assert from "node:assert/strict";
import { parseArtefact } from "@zennas/zennas";
import { TemporaryDirectory } from "../io/run_case.ts";
import { zen } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)";
const QUICK = ["--resolution", "16", "--block-ms", "1", "--json"];

const lines = (stdout: string): Record<string, unknown>[] => stdout.trim().split("\n").map((line) => JSON.parse(line));

Deno.test("zen latency gives one object a network, in order, with these names", async () => {
  const other = "SuperConvK3BNRELU(3,8,2,1)";
  const { code, stdout } = await zen([
    "latency",
    STRUCTURE,
    other,
    ...QUICK,
    "--repeats",
    "3",
    "--batch",
    "2",
    "--force",
  ]);
  assert.equal(code, 0);
  const found = lines(stdout);
  assert.deepEqual(found.map(({ structure, on, batch }) => [structure, on, batch]), [[STRUCTURE, "cpu", 2], [
    other,
    "cpu",
    2,
  ]]);
  const { noisy: _, ...first } = found[0]!;
  assert.deepEqual(
    Object.keys(first),
    ["structure", "on", "batch", "median_ms", "p95_ms", "interval95_ms", "samples", "discarded", "noise"],
  );
  assert.ok((found[0]!.median_ms as number) > (found[1]!.median_ms as number));
});

Deno.test("a number whose noise is not known is not given, unless it is forced and says so", async () => {
  const call = ["latency", STRUCTURE, ...QUICK, "--repeats", "1"];
  const refused = await zen(call), forced = await zen([...call, "--force", "--per-op"]);
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(
    refused.stderr,
    /^zen: cannot name the latency of Super.* as its noise takes two samples .*: got 1\n {2}hint: /m,
  );
  const [given] = lines(forced.stdout) as [Record<string, unknown>];
  assert.deepEqual([forced.code, given.noisy, given.noise, given.samples], [0, true, null, 1]);
  const operations = given.operations as { op: string; ms: number }[];
  assert.ok(operations.some(({ op, ms }) => op === "conv2d" && ms > 0));
});

Deno.test("zen latency calibrate writes what predict and validate take; the same command finds all measured", async () => {
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/device.json`;
  const call = [
    ...["latency", "calibrate", "-o", out, "--minutes", "0.001", "--networks", "16", "--kernels", "20"],
    ...["--init", STRUCTURE, "--resolution", "16", "--classes", "10", "--max-macs", "1e6", "--json"],
  ];
  const first = await zen(call);
  assert.equal(first.code, 0, first.stderr);
  const done = lines(first.stdout).at(-1)!, artefact = parseArtefact(Deno.readTextFileSync(out));
  assert.deepEqual(Object.keys(done), [
    ...["event", "artefact", "kernels", "networks", "held_out", "noise_floor", "discarded", "gates_passed", "sha256"],
  ]);
  assert.deepEqual([done.event, done.artefact, done.sha256], ["done", out, artefact.sha256]);
  assert.deepEqual(Object.keys(done.held_out as object), ["networks", "mape", "within10", "spearman", "coverage"]);
  const { batch, resolution, precision, fusion } = artefact.device;
  assert.deepEqual([batch, resolution, precision, fusion], [1, 16, "f32", "zennas"]);
  const again = await zen(call);
  assert.deepEqual([again.code, lines(again.stdout).at(-1)], [0, done]);
  assert.match((await zen([...call, "--seed", "2"])).stderr, /cannot go on with the calibration in .* as its seed was/);

  const predicted = await zen(["latency", "predict", out, STRUCTURE, "--classes", "10", "--json"]);
  const [prediction] = lines(predicted.stdout) as [Record<string, unknown>];
  assert.deepEqual(Object.keys(prediction).slice(0, 4), ["structure", "predicted_ms", "interval90_ms", "in_domain"]);
  assert.equal(prediction.structure, STRUCTURE);
  const validated = await zen([
    ...["latency", "validate", out, "--networks", "2", "--repeats", "3", "--block-ms", "1", "--json"],
  ]);
  assert.equal(validated.code, 0, validated.stderr);
  const events = lines(validated.stdout);
  assert.deepEqual(events.map(({ event }) => event), ["network", "network", "done"]);
  assert.equal(events.at(-1)!.networks, 2);
});
