import assert from "node:assert/strict";
import { assertUntouched, benchArguments, readReport } from "./phone/harness.ts";
import { permissions } from "../cli/zen.ts";
import { installed } from "./debian_adb.ts";
import { Adbd } from "./scripted_phone/adbd.ts";
import { printing, soundOutput } from "./scripted_phone/binaries.ts";
import { Phone } from "./scripted_phone/phone.ts";

const missing = !installed("umockdev-run") || Deno.build.os !== "linux" ||
  !new Deno.Command("sh", { args: ["-c", "ldconfig -p | grep -q libusb-1.0.so.0"] }).outputSync().success;

/** `zen` on a machine that has a phone on its USB. */
async function zenWithUsbPhone(phone: Phone, { fault, args }: { readonly fault: string; readonly args: string[] }) {
  await using adbd = new Adbd(phone);
  const here = (path: string): string => new URL(path, import.meta.url).pathname;
  const home = await Deno.makeTempDir();
  const zen = ["run", "-q", ...permissions, here("../../cli/main.ts"), "phone", ...args];
  const run = [
    Deno.execPath(),
    "run",
    "-A",
    here("scripted_phone/with_usb.ts"),
    `${adbd.port}`,
    fault,
    Deno.execPath(),
    ...zen,
  ];
  const { code, stdout, stderr } = await new Deno.Command("umockdev-run", {
    args: ["-d", here("scripted_phone/usb_phone.umockdev"), "--", ...run],
    env: { HOME: home, DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const usb = ["--transport", "usb", "--create-key"];

Deno.test({
  name: "a phone on the USB through libusb: its serial, its key, a command's exit code",
  ignore: missing,
  fn: async () => {
    await using phone = new Phone({ secure: true });
    const list = await zenWithUsbPhone(phone, { fault: "none", args: ["list", ...usb, "--json"] });
    assert.deepEqual(JSON.parse(list.stdout), { serial: "HT7A10101010", state: "device", product: "18d1:4ee7" });
    const args = ["shell", ...usb, "--", "getprop ro.product.model; exit 9"];
    const shell = await zenWithUsbPhone(phone, { fault: "none", args });
    assert.deepEqual([shell.code, shell.stdout], [9, "Pixel 2\n"], shell.stderr);
    assert.match(shell.stderr, /tap Allow/);
  },
});

Deno.test({
  name: "zen phone bench over the USB: files are pushed, models measured, the report made",
  ignore: missing,
  fn: async () => {
    await using phone = new Phone();
    const { args, out } = await benchArguments(printing(soundOutput(1000)));
    const { code, stderr } = await zenWithUsbPhone(phone, { fault: "none", args: [...args, ...usb] });
    assert.equal(code, 0, stderr);
    const report = (await readReport(out))!;
    assert.deepEqual([report.samples.length, report.target.properties.serial], [6, "HT7A10101010"]);
    assertUntouched(phone);
  },
});

Deno.test({
  name: "USB busy: another program holds the interface",
  ignore: missing,
  fn: async () => {
    await using phone = new Phone();
    const { code, stderr } = await zenWithUsbPhone(phone, { fault: "busy", args: ["shell", ...usb, "true"] });
    assert.equal(code, 1);
    assert.match(stderr, /LIBUSB_ERROR_BUSY\n {2}hint: a running adb server holds it/);
  },
});

Deno.test({
  name: "unplugged from the USB in the middle of a command",
  ignore: missing,
  fn: async () => {
    await using phone = new Phone();
    const args = ["shell", ...usb, "sleep 30"];
    const { code, stderr } = await zenWithUsbPhone(phone, { fault: "unplug-after=18", args });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /HT7A10101010 is gone|LIBUSB_ERROR_NO_DEVICE/);
  },
});
