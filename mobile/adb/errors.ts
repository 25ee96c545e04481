/** What can go wrong between this machine and a phone, and which texts of other programs mean it. */
import { CodedError, type CodedErrorOptions } from "../coded_error.ts";

/** The codes, each with what the user can do. */
export const adbHints = {
  ADB_NOT_INSTALLED: "install Android's platform-tools (Debian: apt install adb), or use --transport tcp or usb",
  ADB_SERVER_UNREACHABLE: "adb start-server starts one; --port or ANDROID_ADB_SERVER_PORT names another",
  ADB_VERSION: "adb kill-server, then start the server of a current platform-tools",
  ADB_PROTOCOL: "unplug the phone, adb kill-server, and try again; --verbose shows what was said",
  NO_DEVICE: "plug the phone in, switch on USB debugging in the developer options, and look at zen phone list",
  AMBIGUOUS_DEVICE: "--serial chooses one",
  DEVICE_NOT_FOUND: "zen phone list shows the serials that are there",
  DEVICE_UNAUTHORIZED: "unlock the phone and tap Allow on its question about USB debugging",
  DEVICE_OFFLINE: "unplug it and plug it in again, or switch USB debugging off and on",
  DEVICE_LOST: "check the cable; what was measured until then is kept",
  DEVICE_BUSY: "another adb holds the phone: adb disconnect or adb kill-server, or use --transport server",
  DEVICE_TOO_OLD: "Android 7 or later is needed",
  USB_BUSY: "a running adb server holds it: adb kill-server, or use --transport server",
  USB_ACCESS: 'put SUBSYSTEM=="usb", ATTR{idVendor}=="18d1", MODE="0660", GROUP="plugdev", TAG+="uaccess" into ' +
    "/etc/udev/rules.d/51-android.rules, run udevadm control --reload, and plug the phone in again",
  USB_LIB_MISSING: "install libusb (Debian: apt install libusb-1.0-0; macOS: brew install libusb)",
  USB_FAILED: "unplug the phone and plug it in again",
  KEY_MISSING: "adb keygen ~/.android/adbkey makes one, and so does --create-key",
  KEY_INVALID: "it must be an RSA key of 2,048 bits in PKCS#8 PEM, as adb keygen writes it",
  KEY_PERMISSIONS: "make it readable for yourself: chmod 600",
  PUSH_DENIED: "choose a folder that the shell user can write to, such as /data/local/tmp",
  PUSH_NO_SPACE: "delete something on the phone",
  PUSH_MISMATCH: "push it again; a bad cable or a full disk damages files",
  PULL_FAILED: "check the path on the phone",
  SHELL_TIMEOUT: "give it longer (zen phone shell --timeout), or look at what it waits for",
} as const;

/** One of {@link adbHints}. */
export type AdbErrorCode = keyof typeof adbHints;

/** A phone, or the way to it, is not in the state that is needed. */
export class AdbError extends CodedError<AdbErrorCode> {
  static {
    this.prototype.name = "AdbError";
  }

  /** An error with this code and its whole message. */
  constructor(code: AdbErrorCode, message: string, options?: CodedErrorOptions) {
    super({ code, hints: adbHints }, message, options);
  }
}

/** What Tango, the adb server and adbd say, and which code it means; the first match counts. */
const meanings: readonly (readonly [said: RegExp, code: AdbErrorCode])[] = [
  [/more than one (device|emulator)/, "AMBIGUOUS_DEVICE"],
  [/no devices(\/emulators)? found|no emulators found/, "NO_DEVICE"],
  [/unauthorized|still authenticating|vendor keys/, "DEVICE_UNAUTHORIZED"],
  [/device offline|device still connecting/, "DEVICE_OFFLINE"],
  [/device '.*' not found|unknown host service/, "DEVICE_NOT_FOUND"],
  [/insufficient permissions|no permissions/, "USB_ACCESS"],
  [/server version .* doesn't match/, "ADB_VERSION"],
  [/no space left/i, "PUSH_NO_SPACE"],
  [/read-only file system|permission denied|couldn't create file|is a directory|secure_mkdirs/i, "PUSH_DENIED"],
  [/open failed|no such file/i, "PULL_FAILED"],
  [/connection refused|ECONNREFUSED/i, "ADB_SERVER_UNREACHABLE"],
  [
    /^closed$|without exit message|stream has ended|ExactReadable ended|ended by the other party|closed unexpectedly|device .*lost|reset by peer|broken pipe|socket closed|transport .*not found|LIBUSB_ERROR_(NO_DEVICE|IO|PIPE)|connection closed/i,
    "DEVICE_LOST",
  ],
  [/LIBUSB_ERROR_BUSY/, "USB_BUSY"],
  [/LIBUSB_ERROR_ACCESS/, "USB_ACCESS"],
  [/LIBUSB_ERROR/, "USB_FAILED"],
];

/** The code that another program's text means; `ADB_PROTOCOL` for one that is not known. */
export function adbCodeOf(text: string): AdbErrorCode {
  return meanings.find(([said]) => said.test(text))?.[1] ?? "ADB_PROTOCOL";
}

/** Any error as an AdbError: "Cannot `doing` as …"; an AdbError stays itself. */
export function toAdbError(cause: unknown, doing: string): AdbError {
  if (cause instanceof AdbError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new AdbError(adbCodeOf(text), `Cannot ${doing} as the phone or its adb says: ${text.trim()}`, { cause });
}
