/** Measurements that do not come to their end: the phone is as it was, nothing runs on, what was measured is kept. */
import assert from "node:assert/strict";
import { optionsOver } from "../../cli/zen.ts";
import { HostTarget, Journal, type MeasurementError, readPhoneState, wallClock } from "../../../mobile/phone/mod.ts";
import { namedFile } from "../../../mobile/phone/mod.ts";
import { DebianAdb, installed } from "../debian_adb.ts";
import { soundOutput } from "../scripted_phone/binaries.ts";
import { Adbd } from "../scripted_phone/adbd.ts";
import { Phone } from "../scripted_phone/phone.ts";
import { rejectsWith } from "../rejects.ts";
import {
  assertUntouched,
  benchArguments,
  directly,
  folder,
  model,
  openTarget,
  quick,
  readReport,
  RunningZen,
  zenPhone,
} from "./harness.ts";

const job = { model: await namedFile("a.tflite", new Uint8Array(100)), threads: 1 };
const settings = { delegate: "cpu", runs: 1, warmupRuns: 1, minSeconds: 0, maxSeconds: 0.2 } as const;
/** Starts something beside itself, and neither ends. */
const HANGING = "#!/bin/sh\nsleep 300 & sleep 300\n";

/** Measures a few times, then hangs; it counts in its own folder on the phone. */
function hangingAfter(runs: number): string {
  return `#!/bin/sh
n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n >n
[ $n -gt ${runs} ] && { echo begun >hanging; sleep 300 & sleep 300; }
cat <<'END'
${soundOutput(1000)}END
`;
}

/** Waits for something on the scripted phone. */
async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !what();) {
    assert.ok(Date.now() < deadline, `waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether a file is in the folder on the phone that a measurement pushes to. */
function onPhone(phone: Phone, name: string): boolean {
  const folders = `${phone.folder}/data/local/tmp/zennas`;
  try {
    return [...Deno.readDirSync(folders)].some((folder) => exists(`${folders}/${folder.name}/${name}`));
  } catch {
    return false; // no measurement has begun
  }
}

/** Ctrl-C while the binary hangs in the second round. */
async function interruptedRun(phone: Phone, where: readonly string[]): Promise<void> {
  const { args, out } = await benchArguments(hangingAfter(3));
  const zen = new RunningZen([...args, ...where]);
  await until(() => onPhone(phone, "hanging"));
  zen.process.kill("SIGINT");
  const { code, stderr, stdout } = await zen.outcome;
  assert.deepEqual([code, stderr.split("\n").at(-2)], [130, `interrupted; what was measured is in ${out}`], stderr);
  const report = await readReport(out);
  assert.deepEqual([report!.samples.length, report!.failure!.code], [3, "INTERRUPTED"]);
  assert.match(stdout, /\| small\.tflite \| 1 \| 1\.00 [^]*\*\*Ended early\*\*: INTERRUPTED/);
  assertUntouched(phone);
}

Deno.test("Ctrl-C: samples are kept, the phone is as it was, nothing runs on", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  await interruptedRun(phone, directly(adbd));
});

Deno.test({
  name: "Ctrl-C through Debian's adb server",
  ignore: !installed("adb"),
  fn: async () => {
    await using phone = new Phone();
    await using adbd = new Adbd(phone);
    await using adb = await new DebianAdb().start();
    await adb.run("connect", `127.0.0.1:${adbd.port}`);
    await interruptedRun(phone, ["--port", `${adb.port}`]);
  },
});

Deno.test("Ctrl-C before the first sample: while the phone settles, or is pushed to", async () => {
  for (const moment of [/pushing small/, undefined]) {
    await using phone = new Phone();
    await using adbd = new Adbd(phone);
    const { args, out } = await benchArguments(HANGING, ["--settle", "600"]);
    const zen = new RunningZen([...args, ...directly(adbd)]);
    await zen.says(moment ?? /pushing/);
    if (!moment) await until(() => onPhone(phone, "0.tflite"));
    zen.process.kill("SIGINT");
    assert.equal((await zen.outcome).code, 130);
    assert.deepEqual((await readReport(out))!.samples, []);
    assertUntouched(phone);
  }
});

Deno.test("a second Ctrl-C ends zen at once, and zen phone doctor puts the phone back", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const { args } = await benchArguments(hangingAfter(0));
  const zen = new RunningZen([...args, ...directly(adbd)]);
  await until(() => onPhone(phone, "hanging"));
  phone.faults.deaf = true;
  zen.process.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  zen.process.kill("SIGINT");
  assert.equal((await zen.process.status).signal, "SIGINT");
  phone.faults.deaf = false;
  const doctor = await zenPhone(["doctor"], directly(adbd));
  assert.match(doctor.stdout, /put back what an earlier measurement had changed/, doctor.stderr);
  assertUntouched(phone);
});

Deno.test("Ctrl-C of a measurement on this machine", async () => {
  const out = `${folder}/host-interrupted`;
  const zen = new RunningZen([
    "bench",
    model,
    "--host",
    ...optionsOver(quick, ["--min-seconds", "0.3", "--repeats", "500", "--out", out]),
  ]);
  await zen.says(/small\.tflite × 1: \d/);
  zen.process.kill("SIGINT");
  assert.equal((await zen.outcome).code, 130);
  const report = (await readReport(out))!;
  assert.deepEqual([report.failure!.code, report.samples.length > 0], ["INTERRUPTED", true]);
});

Deno.test("zen phone shell that is interrupted, or takes too long: the command is ended, what it printed is shown", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const begun = `${phone.folder}/begun`;
  const command = `echo early; echo >${begun}; sleep 300 & sleep 300`;
  const zen = new RunningZen(["shell", ...directly(adbd), command]);
  await until(() => exists(begun));
  zen.process.kill("SIGINT");
  const { code, stderr } = await zen.outcome;
  assert.equal(code, 130);
  assert.match(stderr, /ending the command on the phone; once more ends at once\ninterrupted; the command was ended/);
  await until(() => phone.running() === 0);
  const late = await zenPhone(["shell", "--timeout", "1", command], directly(adbd));
  assert.deepEqual([late.code, late.stdout], [1, "early\n"]);
  assert.match(late.stderr, /SHELL_TIMEOUT: cannot wait for .*\n {2}hint: give it longer/);
  await until(() => phone.running() === 0);
});

Deno.test("a measurement on this machine ends between inferences, and waiting ends at once", async () => {
  const target = new HostTarget(() => Promise.resolve({ run: () => Promise.resolve(), [Symbol.dispose]: () => {} }));
  const run = target.run(job, { ...settings, minSeconds: 60, maxSeconds: 60, signal: AbortSignal.timeout(300) });
  await assert.rejects(run, { name: "TimeoutError" });
  await assert.rejects(wallClock.sleep(60_000, AbortSignal.abort(new Error("given up"))), /given up/);
  await assert.rejects(wallClock.sleep(60_000, AbortSignal.timeout(50)), { name: "TimeoutError" });
});

Deno.test("a binary that takes too long is killed on the phone with all that it started, and what it printed is kept", async () => {
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(new Phone());
  const { target } = await openTarget(stack, phone, {
    script: `${HANGING.replace("sleep", "echo begun; sleep")}`,
    patienceMs: 100,
  });
  await target.prepare([job.model]);
  const error = await rejectsWith<MeasurementError>(target.run(job, settings), "BENCH_TIMEOUT");
  assert.match(error.message, /takes more than 0.5 s, and was killed/);
  assert.equal(error.data.text, "begun\n");
  await until(() => phone.running() === 0);
  await target.restore();
  assertUntouched(phone);
});

Deno.test("a binary that hangs is killed on the phone when it is given up", async () => {
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(new Phone());
  const { target } = await openTarget(stack, phone, { script: HANGING });
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
    const { target, adbd } = await openTarget(first, phone, { script: "#!/bin/sh\nsleep 300\n" });
    await target.prepare([job.model]);
    assert.equal(phone.setting("window_animation_scale"), "0");
    setTimeout(() => adbd.unplug(), 400);
    await rejectsWith(target.run(job, { ...settings, maxSeconds: 150 }), "DEVICE_LOST");
    await rejectsWith(target.restore(), "RESTORE_FAILED");
    assert.equal(phone.running(), 1);
  }
  const { device } = await openTarget(stack, phone, { script: "#!/bin/sh\n" });
  assertUntouched(phone);
  assert.equal((await readPhoneState(device)).awake, false);
});

Deno.test("unplugged while zen phone bench measures: its samples are kept, and zen phone doctor puts the phone back", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const { args, out } = await benchArguments(hangingAfter(3));
  const zen = new RunningZen([...args, ...directly(adbd)]);
  await until(() => onPhone(phone, "hanging"));
  adbd.unplug();
  const { code, stderr } = await zen.outcome;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /RESTORE_FAILED: Cannot put .* back as it was \(in its shell: settings put .*zen: .* is gone\n {2}hint: /s,
  );
  const report = (await readReport(out))!;
  assert.deepEqual([report.samples.length, report.failure!.code], [3, "DEVICE_LOST"]);
  assert.match((await zenPhone(["doctor"], directly(adbd))).stdout, /put back what an earlier measurement had changed/);
  assertUntouched(phone);
});

Deno.test("zen phone bench on a full disk, and unplugged in a push: nothing measured, the phone as it was", async () => {
  const faults: readonly (readonly [(phone: Phone) => void, string])[] = [
    [(phone) => phone.set("state/free-kib", "1"), "PUSH_NO_SPACE"],
    [(phone) => phone.faults.diskFull = true, "PUSH_NO_SPACE"],
    [(phone) => phone.faults.damagePushes = true, "PUSH_MISMATCH"],
    [(phone) => phone.faults.unplugAfterBytes = 60_000, "DEVICE_LOST"],
  ];
  for (const [fault, code] of faults) {
    await using phone = new Phone();
    await using adbd = new Adbd(phone);
    fault(phone);
    const { args, out } = await benchArguments(`${HANGING}# ${"long ".repeat(40_000)}`);
    const { stderr } = await zenPhone(args, directly(adbd));
    const report = (await readReport(out))!;
    assert.deepEqual([report.failure!.code, report.samples], [code, []], stderr);
    delete phone.faults.unplugAfterBytes;
    if (code === "DEVICE_LOST") await zenPhone(["doctor"], directly(adbd));
    assertUntouched(phone);
  }
});

Deno.test("one measurement a phone at a time", async () => {
  using _held = await Journal.open("same", `${folder}/journals`);
  await rejectsWith(Journal.open("same", `${folder}/journals`), "PHONE_IN_USE");
});

Deno.test("half a journal means that nothing was changed yet", async () => {
  await Deno.mkdir(`${folder}/journals`, { recursive: true });
  await Deno.writeTextFile(`${folder}/journals/half.json`, '{"schema":1,"serial":"half","fol');
  using journal = await Journal.open("half", `${folder}/journals`);
  assert.equal(await journal.read(), undefined);
  const entry = { schema: 1, serial: "half", folder: "/data", settings: { a: "1" }, awake: null } as const;
  journal.write(entry);
  assert.deepEqual(await journal.read(), entry);
});

Deno.test("zen phone bench that is killed: zen phone doctor puts the phone back", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const { args } = await benchArguments("#!/bin/sh\nsleep 300\n");
  const zen = new RunningZen([...args, ...directly(adbd)]);
  await until(() => phone.setting("window_animation_scale") === "0");
  zen.process.kill("SIGKILL");
  await zen.process.status;
  const doctor = await zenPhone(["doctor"], directly(adbd));
  assert.match(doctor.stdout, /put back what an earlier measurement had changed/, doctor.stderr);
  assertUntouched(phone);
});
