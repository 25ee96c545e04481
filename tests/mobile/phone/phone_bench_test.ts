import assert from "node:assert/strict";
import { type LatencyReport, namedFile } from "../../../mobile/phone/mod.ts";
import { DebianAdb, installed } from "../debian_adb.ts";
import { genuine, printing, soundOutput } from "../scripted_phone/binaries.ts";
import { optionsOver } from "../../cli/zen.ts";
import { exported, network } from "../networks.ts";
import { Adbd } from "../scripted_phone/adbd.ts";
import { Phone } from "../scripted_phone/phone.ts";
import {
  assertUntouched,
  bench,
  benchArguments,
  directly,
  folder,
  model,
  quick,
  readReport,
  zenPhone,
} from "./harness.ts";

Deno.test({
  name: "zen phone bench through Debian's adb: push, a genuine measurement, report, everything put back",
  ignore: !installed("adb"),
  fn: async () => {
    await using phone = new Phone();
    await using adbd = new Adbd(phone);
    await using adb = await new DebianAdb().start();
    await adb.run("connect", `127.0.0.1:${adbd.port}`);
    const binary = `${folder}/genuine`, out = `${folder}/genuine-report`, port = ["--port", `${adb.port}`];
    await Deno.writeTextFile(binary, genuine);
    const doctor = await zenPhone(["doctor"], port);
    assert.match(
      doctor.stdout,
      /Google Pixel 2[^]*big cores +4, 5, 6, 7 \(mask f0\)[^]*fit to measure on/,
      doctor.stderr,
    );
    const flags = optionsOver(quick, ["--repeats", "2", "--drift", "500", "--out", out]);
    const args = ["bench", model, "--binary", binary, ...flags];
    const { code, stdout, stderr } = await zenPhone(args, port);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Measured on Google Pixel 2[^]*\| small\.tflite \| 1 \| \d/);
    const report: LatencyReport = JSON.parse(await Deno.readTextFile(`${out}/latency.json`));
    assert.deepEqual([report.schema, report.kind, report.failure], ["zennas.latency/1", "phone", null]);
    assert.equal(report.samples.length, 4);
    assert.ok(report.samples.every(({ output }) => output.measured.count >= 100 && output.measured.minUs > 1));
    assert.equal(report.binary!.sha256, (await namedFile(binary, await Deno.readFile(binary))).sha256);
    assert.equal(report.target.properties["ro.product.device"], "walleye");
    assert.match(await Deno.readTextFile(`${out}/latency.svg`), /^<svg/);
    assertUntouched(phone);
  },
});

Deno.test("zen phone bench --host: the same protocol on this machine, labelled so everywhere", async () => {
  const out = `${folder}/host`;
  const { code, stdout, stderr } = await zenPhone(
    ["bench", model, "--host", ...quick, "--drift", "500", "--out", out],
    [],
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Measured on this host, not on a phone/);
  const report: LatencyReport = JSON.parse(await Deno.readTextFile(`${out}/latency.json`));
  assert.deepEqual([report.kind, report.binary, report.samples.length], ["host", null, 6]);
  assert.match(await Deno.readTextFile(`${out}/latency.svg`), /on this host, not on a phone/);
});

Deno.test("what cannot be measured is refused before anything is done", async () => {
  const damaged = `${folder}/damaged.tflite`, out = `${folder}/a file`;
  await Deno.writeFile(damaged, (await Deno.readFile(model)).subarray(0, 2000));
  await Deno.writeTextFile(out, "");
  const reported = await Deno.makeTempDir({ dir: folder }), report = `${reported}/latency.json`;
  await Deno.writeTextFile(report, "a report");
  const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
    [[damaged, "--host"], 1, /cannot read the model as it points at .*\n {2}hint: the file is damaged/],
    [[model, model, "--host"], 2, /got small\.tflite twice/],
    [[model, "--host", "--threads", "1,4"], 2, /it takes one CPU thread/],
    [[model, "--host", "--binary", model], 2, /no --binary/],
    [[model, "--host", "--out", out], 1, /cannot write .*a file as the system says/],
    [[model, "--host", "--out", reported], 2, /cannot write the report to .* as it holds one: give another --out/],
    [[model, "--port", "65536"], 2, /must be a port/],
  ];
  for (const [args, code, message] of cases) {
    const outcome = await zenPhone(["bench", ...args], []);
    assert.match(outcome.stderr, message, args.join(" "));
    assert.equal(outcome.code, code);
  }
  assert.equal(await Deno.readTextFile(report), "a report");
});

Deno.test("a quieted phone is given each model's own file, threads and cores, and every option reaches the protocol", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const settings = ["window_animation_scale", "transition_animation_scale", "animator_duration_scale"];
  const quieted = [...settings, "stay_on_while_plugged_in"].map((name) => `settings get global ${name}`).join("; ");
  const { args, out } = await benchArguments(
    printing(soundOutput(1000), {
      before:
        `echo "$(wc -c <"\${1#--graph=}") bytes on $CORES: $* / $(${quieted}; dumpsys power)" | tr '\\n' ' '; echo`,
    }),
  );
  const other = `${folder}/other.tflite`;
  await Deno.writeFile(other, await exported(network("ConvKX(3,2,1,1)"), "f32"));
  const flags = "--repeats 1 --runs 20 --warmup 3 --min-seconds 0.5 --settle 0.25 --cool-down 7 --drift 20 --seed 9";
  const options = [...flags.split(" "), "--threads", "1,5", "--sentinel", other, "--force", "--json"];
  const { code, stdout, stderr } = await zenPhone(optionsOver(args, options), directly(adbd));
  assert.equal(code, 0, stderr);
  const report = (await readReport(out))!;
  assert.deepEqual(JSON.parse(stdout), report);
  assert.deepEqual(report.protocol, {
    repeats: 1,
    settings: { delegate: "cpu", runs: 20, warmupRuns: 3, minSeconds: 0.5, maxSeconds: 150 },
    seed: 9,
    force: true,
    settleMs: 250,
    coolDownMs: 7000,
    driftShare: 0.2,
  });
  assert.equal(report.sentinel, "other.tflite × 1");
  for (const { model: name, threads, text } of report.samples) {
    const { size } = await Deno.stat(`${folder}/${name}`), cores = threads === 1 ? "f0" : "ff";
    assert.ok(text.startsWith(`${size} bytes on ${cores}: --graph=`), text);
    assert.match(
      text,
      new RegExp(`--num_threads=${threads} --num_runs=20 --warmup_runs=3 --min_secs=0.5 --max_secs=150 /`),
    );
    assert.match(text, /\/ 0 0 0 7 mWakefulness=Awake/);
  }
  assert.equal(report.samples.length, 3);
  assertUntouched(phone);
});

Deno.test("--profile times operators in a process that does not count", async () => {
  await using phone = new Phone();
  const table = "=== Run Order ===\n\t[node type]\t[first]\t[avg ms]\t[%]\t[cdf%]\t[mem KB]\t[times called]\t[Name]\n" +
    "\tCONV_2D\t4.1\t4.0\t100%\t100%\t0\t1\t[stem]:0\n";
  const flags = ["--profile", "--repeats", "1"];
  const { code, stdout, stderr, report } = await bench(phone, { script: printing(soundOutput(1000) + table), flags });
  assert.equal(code, 0, stderr);
  assert.equal(report!.samples.length, 2);
  const operators = [{ kind: "CONV_2D", averageMs: 4, percent: 100, name: "[stem]:0" }];
  assert.deepEqual(report!.profiles, { "small.tflite × 1": operators });
  assert.match(stdout, /## Operators of small[^]*\| CONV_2D \| 4\.000 \| 100\.00 \| \[stem\]:0 \|/);
  assertUntouched(phone);
});

Deno.test("a hot phone is refused before anything is pushed", async () => {
  await using phone = new Phone();
  phone.setBattery({ celsius: 41 });
  const { code, stderr, report } = await bench(phone, { script: printing(soundOutput(1000)) });
  assert.equal(code, 1);
  assert.match(stderr, /battery must be at 38 °C or less: got 41 °C\n {2}hint: .*--force/);
  assert.match(stderr, /^zen: THERMAL_HOT: cannot measure/m);
  assert.deepEqual([report!.failure!.code, report!.samples], ["THERMAL_HOT", []]);
  await using adbd = new Adbd(phone);
  const doctor = await zenPhone(["doctor"], directly(adbd));
  assert.match(doctor.stdout, /THERMAL_HOT: .*\n {2}hint: let it cool down.*\nnot fit to measure on/);
  assert.equal(doctor.code, 1);
  assertUntouched(phone);
});

Deno.test("a phone that throttles during a repeat: that repeat is discarded and made again", async () => {
  await using phone = new Phone();
  const cap = "$PHONE/sys/devices/system/cpu/cpu5/cpufreq/scaling_max_freq";
  const count = 'n=$(($(cat "$PHONE/n" 2>/dev/null || echo 0) + 1)); echo $n > "$PHONE/n"';
  phone.setHook(
    `${count}; if [ $n = 4 ]; then echo 1500000 > "${cap}"; (sleep 2; echo 2457600 > "${cap}") >/dev/null 2>&1 & fi`,
  );
  const { code, stderr, report } = await bench(phone, { script: printing(soundOutput(1000)) });
  assert.equal(code, 0, stderr);
  const discarded = report!.samples.filter((sample) => sample.discarded !== null);
  assert.deepEqual(discarded.map((sample) => sample.discarded), ["cores were throttled: 5"]);
  assert.equal(report!.samples.length, 7);
  assertUntouched(phone);
});

Deno.test("crashes, garbage, unknown flags and a missing taskset: the named error, the raw text, the phone as it was", async () => {
  const cases: readonly [string, string][] = [
    ["#!/bin/sh\nkill -KILL $$\n", "BENCH_CRASH"],
    ["#!/bin/sh\nkill -SEGV $$\n", "BENCH_CRASH"],
    [printing("?!\u0001 nonsense\n"), "BENCH_OUTPUT"],
    [printing(`WARNING: Unconsumed cmdline flags: --max_secs=150\n${soundOutput(1000)}`), "BENCH_FLAGS"],
    [printing(soundOutput(1000, 7)), "BENCH_TOO_FEW_RUNS"],
    [printing("ERROR: Didn't find op for builtin opcode 'CONV_2D' version '9'\n", { code: 1 }), "BENCH_OP_VERSION"],
  ];
  for (const [script, failure] of cases) {
    await using phone = new Phone();
    const { code, report, stderr } = await bench(phone, { script });
    assert.deepEqual([code, report!.failure!.code], [1, failure], stderr);
    if (script.includes("nonsense")) assert.match(report!.failure!.printed!, /nonsense/);
    assertUntouched(phone);
  }
  await using phone = new Phone();
  phone.set("state/no-taskset", "");
  const { report } = await bench(phone, { script: printing(soundOutput(1000)) });
  assert.equal(report!.failure!.code, "TASKSET_FAILED");
  assertUntouched(phone);
});

Deno.test("a binary for another processor is refused, and one is needed", async () => {
  await using phone = new Phone();
  const elf = "\x7fELF\x02\x01".padEnd(18, "\0") + "\x3e".padEnd(60, "\0");
  const { code, stderr } = await bench(phone, { script: elf });
  assert.equal(code, 1);
  assert.match(stderr, /built for x86_64: the phone runs arm64-v8a/);
  assertUntouched(phone);
  const none = await zenPhone(["bench", model], []);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /--binary/);
  const missing = await zenPhone(["bench", model, "--binary", `${folder}/none`], []);
  assert.equal(missing.code, 1);
  assert.match(
    missing.stderr,
    /cannot read the phone's benchmark_model: got .*\n {2}hint: download .*docs\/phones\.md/,
  );
});
