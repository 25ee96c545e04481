/** libusb-1.0 through Deno's FFI: the few calls that adb needs, and the layouts of what they return on 64-bit machines. */
import { adbCodeOf, AdbError } from "../errors.ts";

/** What the library is called, by system. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  darwin: ["libusb-1.0.0.dylib", "/opt/homebrew/lib/libusb-1.0.0.dylib", "/usr/local/lib/libusb-1.0.0.dylib"],
  windows: ["libusb-1.0.dll"],
  linux: ["libusb-1.0.so.0"],
};

// Calls that wait for the bus run on Deno's thread pool.
const symbols = {
  libusb_init: { parameters: ["buffer"], result: "i32" },
  libusb_exit: { parameters: ["usize"], result: "void" },
  libusb_get_device_list: { parameters: ["usize", "buffer"], result: "isize" },
  libusb_free_device_list: { parameters: ["usize", "i32"], result: "void" },
  libusb_get_device_descriptor: { parameters: ["usize", "buffer"], result: "i32" },
  libusb_get_active_config_descriptor: { parameters: ["usize", "buffer"], result: "i32" },
  libusb_free_config_descriptor: { parameters: ["usize"], result: "void" },
  libusb_open: { parameters: ["usize", "buffer"], result: "i32" },
  libusb_close: { parameters: ["usize"], result: "void", nonblocking: true },
  libusb_get_string_descriptor_ascii: {
    parameters: ["usize", "u8", "buffer", "i32"],
    result: "i32",
    nonblocking: true,
  },
  libusb_claim_interface: { parameters: ["usize", "i32"], result: "i32" },
  libusb_release_interface: { parameters: ["usize", "i32"], result: "i32" },
  libusb_clear_halt: { parameters: ["usize", "u8"], result: "i32" },
  libusb_bulk_transfer: {
    parameters: ["usize", "u8", "buffer", "i32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The results of libusb.h that adb meets: −1, −2 and so on. */
const ERRORS = [
  "IO",
  "INVALID_PARAM",
  "ACCESS",
  "NO_DEVICE",
  "NOT_FOUND",
  "BUSY",
  "TIMEOUT",
  "OVERFLOW",
  "PIPE",
] as const;

/** A transfer that was not done in time: what arrived until then still counts. */
export const TIMEOUT = -7;

/** A result, unless it is an error. Throws AdbError. */
export function check(result: number | bigint, doing: string): number {
  const value = Number(result);
  if (value >= 0) return value;
  const name = `LIBUSB_ERROR_${ERRORS[-value - 1] ?? value}`;
  throw new AdbError(adbCodeOf(name), `Cannot ${doing} as libusb says ${name}`, { data: { libusb: name } });
}

/** Reads memory that libusb owns. */
export function memory(address: bigint): Deno.UnsafePointerView {
  return new Deno.UnsafePointerView(Deno.UnsafePointer.create(address)!);
}

/** Calls something that writes a pointer, and returns the pointer. */
export function pointerFrom(call: (out: BigUint64Array<ArrayBuffer>) => number | bigint, doing: string): bigint {
  const out = new BigUint64Array(1);
  check(call(out), doing);
  return out[0]!;
}

/** The first library that is there under one of these names. Throws AdbError (USB_LIB_MISSING). */
export function loadLibusb(
  names: readonly string[] = NAMES[Deno.build.os] ?? NAMES.linux!,
): Deno.DynamicLibrary<typeof symbols> {
  const causes: unknown[] = [];
  for (const name of names) {
    try {
      return Deno.dlopen(name, symbols);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotCapable) throw cause;
      causes.push(cause);
    }
  }
  throw new AdbError("USB_LIB_MISSING", `Cannot use USB as libusb is not installed: got no ${names.join(", ")}`, {
    cause: causes[0],
  });
}

/** A loaded libusb with a context of its own. */
export class Libusb implements Disposable {
  readonly #library = loadLibusb();
  /** The C functions. */
  readonly calls = this.#library.symbols;
  /** The context that they take. */
  readonly context = pointerFrom((out) => this.calls.libusb_init(out), "start libusb");

  /** Frees the context and the library; all devices must be closed. */
  [Symbol.dispose](): void {
    this.calls.libusb_exit(this.context);
    this.#library.close();
  }
}
