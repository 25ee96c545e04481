import assert from "node:assert/strict";
import { type AdbError, adbHints, type Device, listDevices, openDevice } from "../../mobile/adb/mod.ts";
import { toAdbError } from "../../mobile/adb/errors.ts";
import { chooseDevice, parseDeviceLine } from "../../mobile/adb/server.ts";
import { DebianAdb, freePort, installed } from "./debian_adb.ts";
import { Adbd } from "./scripted_phone/adbd.ts";
import { Phone, type PhoneOptions } from "./scripted_phone/phone.ts";
import { rejectsWith } from "./rejects.ts";

const adbMissing = !installed("adb");
const REMOTE = "/data/local/tmp";
const adbModule = new URL("../../mobile/adb/mod.ts", import.meta.url).href;
const keyPath = `${Deno.makeTempDirSync()}/adbkey`;

/** A phone, its daemon, and a connection over TCP. */
async function connected(stack: AsyncDisposableStack, options: PhoneOptions = {}): Promise<[Phone, Device, Adbd]> {
  const phone = stack.use(new Phone(options)), adbd = stack.use(new Adbd(phone));
  return [phone, stack.use(await openDevice({ transport: "tcp", port: adbd.port, keyPath, createKey: true })), adbd];
}

/** A phone behind Debian's adb. */
async function behindServer(stack: AsyncDisposableStack, options: PhoneOptions = {}): Promise<[Phone, DebianAdb]> {
  const phone = stack.use(new Phone(options)), adbd = stack.use(new Adbd(phone));
  const adb = stack.use(await new DebianAdb().start());
  await adb.run("connect", `127.0.0.1:${adbd.port}`);
  return [phone, adb];
}

Deno.test("unauthorised: the user does not tap Allow, then does", async () => {
  await using phone = new Phone({ secure: true, tapsAllow: false });
  await using adbd = new Adbd(phone);
  const options = { transport: "tcp", port: adbd.port, keyPath, createKey: true } as const;
  let asked = 0;
  const onAuthorizationAsked = () => void asked++;
  const late = openDevice({ ...options, authorizationMs: 400, onAuthorizationAsked });
  assert.match((await rejectsWith<AdbError>(late, "DEVICE_UNAUTHORIZED")).hint, /Allow/);
  assert.equal(asked, 1);
  phone.tapsAllow = true;
  await (await openDevice(options)).close();
  await (await openDevice({ ...options, onAuthorizationAsked })).close(); // the phone remembers the key
  assert.equal(asked, 1);
});

Deno.test({
  name: "unauthorised through Debian's adb server",
  ignore: adbMissing,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const [, adb] = await behindServer(stack, { secure: true, tapsAllow: false });
    assert.equal((await listDevices({ port: adb.port }))[0]!.state, "unauthorized");
    await rejectsWith(openDevice({ port: adb.port }), "DEVICE_UNAUTHORIZED");
  },
});

Deno.test("offline: the daemon takes the connection and says nothing", async () => {
  await using phone = new Phone();
  phone.faults.silent = true;
  await using adbd = new Adbd(phone);
  const late = openDevice({ transport: "tcp", port: adbd.port, keyPath, createKey: true, authorizationMs: 200 });
  await rejectsWith(late, "DEVICE_OFFLINE");
  await rejectsWith(() => chooseDevice([{ serial: "a", state: "offline" }]), "DEVICE_OFFLINE");
});

Deno.test("nothing listens, and another client holds the daemon", async () => {
  await rejectsWith(openDevice({ transport: "tcp", port: freePort(), keyPath, createKey: true }), "NO_DEVICE");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.accept().then((connection) => connection.close());
  await rejectsWith(
    openDevice({ transport: "tcp", port: listener.addr.port, keyPath, createKey: true }),
    "DEVICE_BUSY",
  );
});

Deno.test("unplugged in the middle of a push", async () => {
  await using stack = new AsyncDisposableStack();
  const [phone, device] = await connected(stack);
  phone.faults.unplugAfterBytes = phone.receivedBytes + 500_000;
  await rejectsWith(device.push(`${REMOTE}/x`, new Uint8Array(2_000_000)), "DEVICE_LOST");
  assert.equal((await device.lost).code, "DEVICE_LOST");
  await rejectsWith(device.shell("true"), "DEVICE_LOST");
});

Deno.test("unplugged in the middle of a command: what it printed is kept", async () => {
  await using stack = new AsyncDisposableStack();
  const [, device, adbd] = await connected(stack);
  setTimeout(() => adbd.unplug(), 300);
  const error = await rejectsWith<AdbError>(device.shell("echo begun; sleep 20"), "DEVICE_LOST");
  assert.equal(error.data.stdout, "begun\n");
});

Deno.test({
  name: "unplugged in the middle of a push and of a command, through Debian's adb server",
  ignore: adbMissing,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const [phone, adb] = await behindServer(stack);
    const device = stack.use(await openDevice({ port: adb.port }));
    setTimeout(() => phone.faults.unplugAfterBytes = 0, 300);
    const running = rejectsWith<AdbError>(device.shell("echo begun; sleep 20"), "DEVICE_LOST");
    await new Promise((resolve) => setTimeout(resolve, 400));
    await rejectsWith(device.push(`${REMOTE}/x`, new Uint8Array(2_000_000)), "DEVICE_LOST");
    assert.equal((await running).data.stdout, "begun\n");
  },
});

Deno.test("disk full: known before, and told by the phone in the middle", async () => {
  await using stack = new AsyncDisposableStack();
  const [phone, device] = await connected(stack);
  phone.set("state/free-kib", "100");
  const early = await rejectsWith<AdbError>(device.push(`${REMOTE}/x`, new Uint8Array(200_000)), "PUSH_NO_SPACE");
  assert.deepEqual(early.data, { bytes: 200_000, freeBytes: 102_400 });
  phone.set("state/free-kib", "1000000");
  phone.faults.diskFull = true;
  await rejectsWith(device.push(`${REMOTE}/x`, new Uint8Array(3_000_000)), "PUSH_NO_SPACE");
  assert.equal((await device.shell("echo alive")).stdout, "alive\n");
});

Deno.test("read-only and missing folders, damaged transfers, missing files", async () => {
  await using stack = new AsyncDisposableStack();
  const [phone, device] = await connected(stack);
  const bytes = new Uint8Array(100_000);
  await rejectsWith(device.push("/system/bin/x", bytes), "PUSH_DENIED");
  await rejectsWith(device.push("/data/local/tmp/none/x", bytes), "PUSH_DENIED");
  await rejectsWith(device.pull(`${REMOTE}/none`), "PULL_FAILED");
  phone.faults.damagePushes = true;
  await rejectsWith(device.push(`${REMOTE}/x`, bytes), "PUSH_MISMATCH");
  assert.equal((await device.shell("echo alive")).stdout, "alive\n");
});

Deno.test("a phone without sha256sum: a file is checked by its size, and the answer says so", async () => {
  await using stack = new AsyncDisposableStack();
  const [phone, device] = await connected(stack);
  await Deno.writeTextFile(`${phone.folder}/bin/sha256sum`, "#!/bin/sh\necho not found >&2; exit 127\n", {
    mode: 0o755,
  });
  const { checkedBy, bytes } = await device.push(`${REMOTE}/x`, new Uint8Array(1000));
  assert.deepEqual([checkedBy, bytes], ["size", 1000]);
  assert.equal((await Deno.stat(`${phone.folder}${REMOTE}/x`)).mode! & 0o777, 0o644);
  await Deno.writeTextFile(`${phone.folder}/bin/wc`, "#!/bin/sh\necho 999\n", { mode: 0o755 });
  await rejectsWith(device.push(`${REMOTE}/x`, new Uint8Array(1000)), "PUSH_MISMATCH");
});

Deno.test("a command that hangs, or is given up, is killed on the phone with all that it started", async () => {
  await using stack = new AsyncDisposableStack();
  const [phone, device] = await connected(stack);
  const hung = device.shell("echo begun; sleep 60 & sleep 60", { timeoutMs: 300 });
  assert.equal((await rejectsWith<AdbError>(hung, "SHELL_TIMEOUT")).data.stdout, "begun\n");
  const signal = AbortSignal.timeout(300);
  await assert.rejects(device.shell("sleep 60", { signal }), { name: "TimeoutError" });
  for (const delayMs of [0, 1, 2, 5, 10, 20]) { // before the command is there, and before its group is known here
    const soon = AbortSignal.timeout(delayMs);
    await assert.rejects(device.shell("sleep 60", { signal: soon }), { name: "TimeoutError" });
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(phone.running(), 0);
});

/** What a program prints in a process of its own, which must end well. */
async function printed(program: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "-A", "--config", config, "-"];
  const child = new Deno.Command(Deno.execPath(), { args, env, stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { code, stdout } = await child.output();
  assert.equal(code, 0);
  return new TextDecoder().decode(stdout);
}

Deno.test("a connection that is closed leaves nothing behind that keeps this process alive", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const program = `import { openDevice } from "${adbModule}";
    const device = await openDevice({ transport: "tcp", port: ${adbd.port}, keyPath: "${keyPath}", createKey: true });
    console.log((await device.shell("echo ok")).stdout.trim());
    await device.close();`;
  assert.equal(await printed(program), "ok\n");
});

Deno.test("no adb server, and no adb to start one", async () => {
  await rejectsWith(listDevices({ port: freePort(), startServer: false }), "ADB_SERVER_UNREACHABLE");
  const program = `import { listDevices } from "${adbModule}";
    await listDevices({ port: ${freePort()} }).catch(({ code }) => console.log(code));`;
  assert.equal(await printed(program, { PATH: "/nowhere" }), "ADB_NOT_INSTALLED\n");
});

Deno.test({
  name: "a server is started where none runs; no phone, several phones, an unknown serial",
  ignore: adbMissing,
  fn: async () => {
    await using adb = new DebianAdb();
    assert.deepEqual(await listDevices({ port: adb.port }), []);
    await rejectsWith(openDevice({ port: adb.port }), "NO_DEVICE");
    await using stack = new AsyncDisposableStack();
    const serials: Record<string, string> = {};
    for (const name of ["first", "second"]) {
      const phone = stack.use(new Phone()), { port } = stack.use(new Adbd(phone));
      phone.set("props/ro.product.device", name);
      serials[name] = `127.0.0.1:${port}`;
      await adb.run("connect", serials[name]);
    }
    await rejectsWith(openDevice({ port: adb.port }), "AMBIGUOUS_DEVICE");
    await rejectsWith(openDevice({ port: adb.port, serial: "nobody" }), "DEVICE_NOT_FOUND");
    for (const [name, serial] of Object.entries(serials)) {
      await using device = await openDevice({ port: adb.port, serial });
      const { stdout } = await device.shell("getprop ro.product.device");
      assert.deepEqual([device.serial, stdout], [serial, `${name}\n`]);
    }
  },
});

/** Answers every connection with one text. */
function serverSaying(text: string): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(64));
      await connection.write(new TextEncoder().encode(text));
      connection.close();
    }
  })().catch(() => {});
  return listener;
}

Deno.test("an adb server of another version, and something else on its port", async () => {
  using old = serverSaying("OKAY0004001f");
  const error = await rejectsWith<AdbError>(listDevices({ port: old.addr.port }), "ADB_VERSION");
  assert.deepEqual(error.data, { version: 31, needed: 41 });
  using web = serverSaying("HTTP/1.1 400 Bad Request\r\n\r\n");
  await rejectsWith(listDevices({ port: web.addr.port }), "ADB_SERVER_UNREACHABLE");
});

Deno.test("a phone whose shell tells no exit codes, and a text that nobody knows", async () => {
  await using stack = new AsyncDisposableStack();
  const [, device] = await connected(stack, { old: true });
  assert.match((await rejectsWith<AdbError>(device.shell("true"), "DEVICE_TOO_OLD")).hint, /Android 7/);
  await rejectsWith(() => Promise.reject(toAdbError(new Error("hic sunt dracones"), "speak")), "ADB_PROTOCOL");
});

Deno.test("keys: missing, damaged, unreadable by others when made", async () => {
  await using phone = new Phone({ secure: true });
  await using adbd = new Adbd(phone);
  const folder = await Deno.makeTempDir(), own = `${folder}/new/adbkey`;
  const open = (options: { keyPath: string; createKey?: boolean }) =>
    openDevice({ transport: "tcp", port: adbd.port, ...options });
  await rejectsWith(open({ keyPath: own }), "KEY_MISSING");
  await (await open({ keyPath: own, createKey: true })).close();
  assert.equal((await Deno.stat(own)).mode! & 0o777, 0o600);
  await Deno.writeTextFile(`${folder}/bad`, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  await rejectsWith(open({ keyPath: `${folder}/bad` }), "KEY_INVALID");
  await rejectsWith(open({ keyPath: folder }), "KEY_PERMISSIONS");
});

Deno.test("lines of adb devices, and states without permission", async () => {
  const line = "HT7A1 no permissions (user in plugdev group; are your udev rules wrong?) usb:1-1 transport_id:1";
  assert.match(parseDeviceLine(line)!.state, /^no permissions/);
  const plain = parseDeviceLine(
    "emulator-5554          device product:walleye model:Pixel_2 device:walleye transport_id:3",
  );
  assert.deepEqual(plain, { serial: "emulator-5554", state: "device", model: "Pixel 2", product: "walleye" });
  const { hint } = await rejectsWith<AdbError>(() => chooseDevice([parseDeviceLine(line)!]), "USB_ACCESS");
  assert.match(hint, /udev/);
  assert.ok(Object.values(adbHints).every((text) => text.length > 10));
});
