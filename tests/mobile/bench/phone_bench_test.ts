import assert from "node:assert/strict";
import { openDevice } from "../../../mobile/adb/mod.ts";
import { Journal, type LatencyReport, namedFile, PhoneTarget, readPhoneState } from "../../../mobile/bench/mod.ts";
import { type Outcome, permissions } from "../../cli/zen.ts";
import { DebianAdb, installed } from "../debian_adb.ts";
import { exported, network } from "../networks.ts";
import { genuine, printing, soundOutput } from "../phone/binaries.ts";
import { Adbd } from "../phone/adbd.ts";
import { Phone } from "../phone/phone.ts";
import { rejectsWith } from "../rejects.ts";

const SETTINGS = ["window_animation_scale", "transition_animation_scale", "animator_duration_scale"];
const folder = await Deno.makeTempDir({ prefix: "phone-bench-" });
const model = `${folder}/small.tflite`;
await Deno.writeFile(model, await exported(network("SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)"), "f32"));

/** `zen phone bench` as its user types it, on a phone behind Debian's adb or its daemon itself. */
async function zenPhone(args: readonly string[], where: readonly string[]): Promise<Outcome> {
  const home = `${folder}/home`;
  await Deno.mkdir(home, { recursive: true });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      ...permissions,
      new URL("../../../cli/main.ts", import.meta.url).href,
      "phone",
      ...args,
      ...where,
    ],
    env: { HOME: home, DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

let reports = 0;
const quick = ["--settle", "0", "--min-seconds", "0.001", "--runs", "100", "--warmup", "10", "--repeats", "3"];

/** A measurement over TCP with a binary that is this script. */
async function bench(
  phone: Phone,
  { script, flags = [] }: { readonly script: string; readonly flags?: readonly string[] },
) {
  await using adbd = new Adbd(phone);
  const binary = `${folder}/benchmark_model`, out = `${folder}/report${reports++}`;
  await Deno.writeTextFile(binary, script);
  const where = ["--transport", "tcp", "--port", `${adbd.port}`, "--create-key"];
  const outcome = await zenPhone(["bench", model, "--binary", binary, ...quick, "--out", out, ...flags], where);
  const text = await Deno.readTextFile(`${out}/latency.json`).catch(() => "null");
  return { ...outcome, report: JSON.parse(text) as LatencyReport | null };
}

/** What a phone must be after every measurement, however it ended. */
function assertUntouched(phone: Phone): void {
  const values = SETTINGS.map((name) => phone.setting(name));
  assert.deepEqual(values, ["1.0", "0.5", null]);
  assert.equal(phone.setting("stay_on_while_plugged_in"), "0");
  assert.match(Deno.readTextFileSync(`${phone.folder}/state/power`), /Asleep/);
  const left = [...Deno.readDirSync(`${phone.folder}/data/local/tmp`)].flatMap((
    { name },
  ) => [...Deno.readDirSync(`${phone.folder}/data/local/tmp/${name}`)]);
  assert.deepEqual(left, []);
  assert.equal(phone.running(), 0);
}

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
    const args = ["bench", model, "--binary", binary, ...quick, "--repeats", "2", "--drift", "500", "--out", out];
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
  assert.deepEqual([report!.failure!.code, report!.samples], ["THERMAL_HOT", []]);
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
});

/** A measurement inside this process, whose clock is the wall's. */
async function open(stack: AsyncDisposableStack, phone: Phone, script: string) {
  const adbd = stack.use(new Adbd(phone));
  const device = stack.use(
    await openDevice({ transport: "tcp", port: adbd.port, keyPath: `${folder}/key`, createKey: true }),
  );
  const journal = stack.use(await Journal.open("fixed", `${folder}/journals`));
  const binary = await namedFile("benchmark_model", new TextEncoder().encode(script));
  return { adbd, device, journal, target: await PhoneTarget.open(device, { binary, journal }) };
}

const job = { model: await namedFile("a.tflite", new Uint8Array(100)), threads: 1 };
const settings = { delegate: "cpu", runs: 1, warmupRuns: 1, minSeconds: 0, maxSeconds: 0.2 } as const;

Deno.test("a binary that hangs is killed on the phone when it is given up", async () => {
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(new Phone());
  const { target } = await open(stack, phone, "#!/bin/sh\nsleep 300 & sleep 300\n");
  await target.prepare([job.model]);
  await assert.rejects(target.run(job, { ...settings, signal: AbortSignal.timeout(400) }), { name: "TimeoutError" });
  await target.restore();
  assertUntouched(phone);
});

Deno.test("unplugged in the middle of a run: the next one puts the phone back by the journal, and ends what still runs", async () => {
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(new Phone());
  {
    await using first = new AsyncDisposableStack();
    const { target, adbd } = await open(first, phone, "#!/bin/sh\nsleep 300\n");
    await target.prepare([job.model]);
    assert.equal(phone.setting("window_animation_scale"), "0");
    setTimeout(() => adbd.unplug(), 400);
    await rejectsWith(target.run(job, { ...settings, maxSeconds: 150 }), "DEVICE_LOST");
    await rejectsWith(target.restore(), "RESTORE_FAILED");
    assert.equal(phone.running(), 1);
  }
  const { device } = await open(stack, phone, "#!/bin/sh\n");
  assertUntouched(phone);
  assert.equal((await readPhoneState(device)).awake, false);
});

Deno.test("one measurement a phone at a time", async () => {
  using _held = await Journal.open("same", `${folder}/journals`);
  await rejectsWith(Journal.open("same", `${folder}/journals`), "PHONE_IN_USE");
});

Deno.test("zen phone bench that is killed: zen phone doctor puts the phone back", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const binary = `${folder}/sleeper`, where = ["--transport", "tcp", "--port", `${adbd.port}`, "--create-key"];
  await Deno.writeTextFile(binary, "#!/bin/sh\nsleep 300\n");
  const args = ["phone", "bench", model, "--binary", binary, ...quick, ...where, "--out", `${folder}/killed`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", ...permissions, new URL("../../../cli/main.ts", import.meta.url).href, ...args],
    env: { HOME: `${folder}/home`, DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno` },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const deadline = Date.now() + 20_000;
  while (phone.setting("window_animation_scale") !== "0" && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGKILL");
  await child.status;
  const doctor = await zenPhone(["doctor"], where);
  assert.match(doctor.stdout, /put back what an earlier measurement had changed/, doctor.stderr);
  assertUntouched(phone);
});
