/** libusb's results, and a library that may not be loaded. */
import assert from "node:assert/strict";
import { check, loadLibusb, pointerFrom, TIMEOUT } from "../../../../mobile/adb/usb/libusb.ts";
import { rejectsWith } from "../../rejects.ts";

/** Names of libusb.h, and what they mean for the phone. */
const results = {
  [-1]: ["LIBUSB_ERROR_IO", "DEVICE_LOST"],
  [-2]: ["LIBUSB_ERROR_INVALID_PARAM", "USB_FAILED"],
  [-3]: ["LIBUSB_ERROR_ACCESS", "USB_ACCESS"],
  [-4]: ["LIBUSB_ERROR_NO_DEVICE", "DEVICE_LOST"],
  [-5]: ["LIBUSB_ERROR_NOT_FOUND", "USB_FAILED"],
  [-6]: ["LIBUSB_ERROR_BUSY", "USB_BUSY"],
  [-7]: ["LIBUSB_ERROR_TIMEOUT", "USB_FAILED"],
  [-8]: ["LIBUSB_ERROR_OVERFLOW", "USB_FAILED"],
  [-9]: ["LIBUSB_ERROR_PIPE", "DEVICE_LOST"],
  [-99]: ["LIBUSB_ERROR_-99", "USB_FAILED"],
} as const;

Deno.test("a negative result is an error by libusb's name for it, any other a number", async () => {
  for (const [result, [name, code]] of Object.entries(results)) {
    const { message } = await rejectsWith(() => check(Number(result), "speak"), code);
    assert.equal(message, `Cannot speak as libusb says ${name}`);
  }
  await rejectsWith(() => check(TIMEOUT, "wait"), "USB_FAILED");
  assert.deepEqual([check(0, "speak"), check(7n, "speak")], [0, 7]);
});

Deno.test("a pointer that libusb writes is returned, unless its result is an error", async () => {
  assert.equal(pointerFrom((out) => (out[0] = 7n, 0), "open"), 7n);
  await rejectsWith(() => pointerFrom(() => -3, "open"), "USB_ACCESS");
});

Deno.test("a library that is missing, or is none, has a hint", async () => {
  for (const name of ["libusb-none.so.0", new URL(import.meta.url).pathname]) {
    const error = await rejectsWith<Error & { code: string; hint: string }>(
      () => loadLibusb([name]),
      "USB_LIB_MISSING",
    );
    assert.match(error.hint, /apt install libusb-1.0-0/);
    assert.ok(error.message.endsWith(`got no ${name}`) && error.cause);
  }
});

Deno.test({
  name: "a permission that is not granted is not taken for a missing library",
  permissions: { ffi: false },
  fn: () => {
    assert.throws(() => loadLibusb(["libusb-none.so.0"]), Deno.errors.NotCapable);
  },
});
