/** ADB's packets over two bulk endpoints. A header and its payload are transfers of their own. */
import { HEADER_BYTES, type Wire } from "../packets.ts";
import type { UsbInterface } from "./discover.ts";
import { check, type Libusb, TIMEOUT } from "./libusb.ts";

/** How long one wait for the phone's bytes lasts, ms: a transfer that waits cannot be ended otherwise. */
const INPUT_MS = 300;
const OUTPUT_MS = 5_000;

/** A claimed adb interface. Closing it gives the interface, the handle and the library back. */
export class UsbWire implements Wire {
  readonly #usb: Libusb;
  readonly #handle: bigint;
  readonly #at: UsbInterface;
  readonly #busy = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** Claims the interface. Throws AdbError (USB_BUSY). */
  constructor(usb: Libusb, handle: bigint, at: UsbInterface) {
    check(usb.calls.libusb_claim_interface(handle, at.number), "claim the phone's adb interface");
    this.#usb = usb;
    this.#handle = handle;
    this.#at = at;
  }

  /** One transfer; its bytes, or fewer where it was not done in time. */
  async #transfer(endpoint: number, bytes: Uint8Array<ArrayBuffer>, ms: number): Promise<number> {
    if (this.#closed) throw new Error("Connection closed"); // its handle is freed: libusb would crash
    const moved = new Int32Array(1);
    const call = this.#usb.calls.libusb_bulk_transfer(this.#handle, endpoint, bytes, bytes.length, moved, ms);
    this.#busy.add(call);
    try {
      const result = await call;
      if (result !== TIMEOUT) check(result, "move bytes over the USB");
      return moved[0]!;
    } finally {
      this.#busy.delete(call);
    }
  }

  /** The next transfer from the phone, at most `length` bytes, or none where none came in time; undefined once closed. */
  async #receive(length: number): Promise<Uint8Array | undefined> {
    if (this.#closed) return undefined;
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await this.#transfer(this.#at.input, bytes, INPUT_MS));
  }

  /** The next header; what another program's session left behind (other lengths) is skipped. */
  async readHeader(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = await this.#receive(this.#at.maxPacket);
      if (!bytes || bytes.length === HEADER_BYTES) return bytes;
    }
  }

  async readPayload(length: number): Promise<Uint8Array | undefined> {
    const payload = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const part = await this.#receive(length - at);
      if (!part) return undefined;
      payload.set(part, at);
      at += part.length;
    }
    return payload;
  }

  async write(bytes: Uint8Array): Promise<void> {
    // A copy, as the caller may reuse its buffer while libusb reads from it on another thread.
    const sent = await this.#transfer(this.#at.output, bytes.slice(), OUTPUT_MS);
    if (sent < bytes.length) check(TIMEOUT, `send ${bytes.length} bytes within ${OUTPUT_MS / 1000} s`);
    // The phone takes a transfer as done at its first short packet: full ones need an empty one after them.
    if (bytes.length % this.#at.maxPacket === 0) await this.#transfer(this.#at.output, new Uint8Array(), OUTPUT_MS);
  }

  close(): Promise<void> {
    return this.#closed ??= (async () => {
      await Promise.allSettled(this.#busy);
      const { libusb_release_interface, libusb_close } = this.#usb.calls;
      libusb_release_interface(this.#handle, this.#at.number);
      await libusb_close(this.#handle);
      this.#usb[Symbol.dispose]();
    })();
  }
}
