import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type Device, openDevice } from "../../mobile/adb/mod.ts";
import { DebianAdb, installed } from "./debian_adb.ts";
import { Adbd } from "./scripted_phone/adbd.ts";
import { Phone } from "./scripted_phone/phone.ts";

const adbMissing = !installed("adb");
const REMOTE = "/data/local/tmp";

/** What every way to a phone must do. */
async function exercise(device: Device, phone: Phone): Promise<void> {
  assert.equal(await device.state(), "device");
  assert.equal(device.model, "Pixel 2");
  const shell = await device.shell("echo out; echo err >&2; exit 7");
  assert.deepEqual(shell, { exitCode: 7, stdout: "out\n", stderr: "err\n" });
  const large = new Uint8Array(3 * 65536 + 12); // no two messages of it alike: their order must show
  for (let at = 0; at < large.length; at += 65536) crypto.getRandomValues(large.subarray(at, at + 65536));
  const progress: number[] = [];
  const path = `${REMOTE}/a file with 'quotes'.bin`;
  const pushed = await device.push(path, large, { mode: 0o755, onProgress: (sent) => progress.push(sent) });
  assert.equal(pushed.checkedBy, "sha256");
  assert.deepEqual(progress, [65536, 2 * 65536, 3 * 65536, large.length]);
  assert.ok(Buffer.from(large).equals(await Deno.readFile(`${phone.folder}${path}`)), "pushed in order");
  assert.ok(Buffer.from(large).equals(await device.pull(path)), "pulled in order");
  assert.equal((await Deno.stat(`${phone.folder}${path}`)).mode! & 0o777, 0o755);
  const count = 60_000, lines = Array.from({ length: count }, (_, index) => `ü${index + 1}\n`).join("");
  const long = await device.shell(`seq -f ü%.0f ${count}; seq -f ü%.0f ${count} >&2`);
  assert.ok(long.stdout === lines && long.stderr === lines, "long outputs arrive whole and in order");
  const halves = await device.shell("printf '\\303'; sleep 0.1; printf '\\274'");
  assert.equal(halves.stdout, "ü");
  const [first, second] = await Promise.all([device.shell("sleep 0.2; echo 1"), device.shell("echo 2")]);
  assert.deepEqual([first.stdout, second.stdout], ["1\n", "2\n"]);
}

Deno.test("a phone's daemon over TCP: shell, push, pull, several streams at once", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  await using device = await openDevice({ transport: "tcp", port: adbd.port, ...await key() });
  await exercise(device, phone);
});

Deno.test({
  name: "a phone through Debian's adb server: shell, push, pull, several streams at once",
  ignore: adbMissing,
  fn: async () => {
    await using phone = new Phone();
    await using adbd = new Adbd(phone);
    await using adb = await new DebianAdb().start();
    await adb.run("connect", `127.0.0.1:${adbd.port}`);
    await using device = await openDevice({ port: adb.port });
    await exercise(device, phone);
  },
});

async function key(): Promise<{ keyPath: string; createKey: true }> {
  return { keyPath: `${await Deno.makeTempDir()}/adbkey`, createKey: true };
}
