/** Which code another program's words mean. */
import assert from "node:assert/strict";
import { adbCodeOf, AdbError, toAdbError } from "../../../mobile/adb/errors.ts";

const said: Readonly<Record<string, string>> = {
  "more than one device/emulator": "AMBIGUOUS_DEVICE",
  "no devices/emulators found": "NO_DEVICE",
  "device unauthorized.": "DEVICE_UNAUTHORIZED",
  "device offline": "DEVICE_OFFLINE",
  "device 'x' not found": "DEVICE_NOT_FOUND",
  "insufficient permissions for device": "USB_ACCESS",
  "adb server version (32) doesn't match this client (41)": "ADB_VERSION",
  "write failed: No space left on device": "PUSH_NO_SPACE",
  "couldn't create file: Read-only file system": "PUSH_DENIED",
  "open failed: No such file or directory": "PULL_FAILED",
  "Connection refused (os error 111)": "ADB_SERVER_UNREACHABLE",
  "ExactReadable ended": "DEVICE_LOST",
  "closed": "DEVICE_LOST",
  "not closed": "ADB_PROTOCOL",
  "Connection closed as a packet has a bad magic": "DEVICE_LOST",
  "LIBUSB_ERROR_BUSY": "USB_BUSY",
  "LIBUSB_ERROR_ACCESS": "USB_ACCESS",
  "LIBUSB_ERROR_OVERFLOW": "USB_FAILED",
  "hic sunt dracones": "ADB_PROTOCOL",
};

Deno.test("what adb, its server and the phone say has a code", () => {
  for (const [text, code] of Object.entries(said)) assert.equal(adbCodeOf(text), code, text);
});

Deno.test("any error becomes one with a code; one that has a code stays itself", () => {
  const own = new AdbError("NO_DEVICE", "Cannot use a phone");
  assert.equal(toAdbError(own, "speak"), own);
  for (const cause of [new Error(" device offline\n"), "device offline"]) {
    const error = toAdbError(cause, "speak");
    assert.deepEqual([error.code, error.cause], ["DEVICE_OFFLINE", cause]);
    assert.equal(error.message, "Cannot speak as the phone or its adb says: device offline");
  }
});
