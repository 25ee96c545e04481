/**
 * A phone on the USB, without hardware: answers the ioctls that libusb makes, which umockdev's preloaded library sends to a
 * Unix socket, and carries the bulk endpoints to a daemon on 127.0.0.1. After usbdevice_fs.h of the Linux kernel and the
 * messages of umockdev 0.17 (three 64-bit words: a command and two arguments).
 *
 * `usb_device.ts PORT [busy | unplug-after=N]`: prints `ready` once it listens.
 */
import { readExactly, writeAll } from "./packets.ts";

/** Words that begin umockdev's messages. */
const MESSAGE = { ioctl: 1n, result: 3n, abort: 4n, readMemory: 5n, writeMemory: 6n } as const;
/** The ioctls of usbdevice_fs.h, as 64-bit Linux numbers them. */
const IOCTL = {
  getCapabilities: 0x8004551a,
  claimInterface: 0x8004550f,
  releaseInterface: 0x80045510,
  getDriver: 0x41045508,
  setConfiguration: 0x80045505,
  clearHalt: 0x80045515,
  reset: 0x5514,
  submitUrb: 0x8038550a,
  discardUrb: 0x550b,
  reapUrb: 0x4008550c,
  reapUrbNoDelay: 0x4008550d,
} as const;
const ERRNO = { again: 11, busy: 16, noDevice: 19, invalid: 22, notTty: 25, noData: 61, shutdown: 108 } as const;
/** Offsets in `struct usbdevfs_urb`. */
const URB = { bytes: 56, type: 0, endpoint: 1, status: 4, buffer: 16, length: 24, actual: 28 } as const;
const CONTROL = 2, DIRECTION_IN = 0x80, SETUP_BYTES = 8, GET_DESCRIPTOR = 6, STRING_DESCRIPTOR = 3;
const STRINGS = ["", "Google", "Pixel 2", "HT7A10101010"];

/** A transfer that the host has asked for. */
interface Transfer {
  readonly address: bigint;
  readonly buffer: bigint;
  readonly length: number;
  status: number;
  actual: number;
  data?: Uint8Array;
}

/** A string descriptor of the USB: length, type, UTF-16. */
function stringDescriptor(index: number): Uint8Array {
  if (index === 0) return Uint8Array.of(4, STRING_DESCRIPTOR, 9, 4); // the languages: English
  const text = STRINGS[index] ?? "";
  const bytes = new Uint8Array(2 + 2 * text.length);
  bytes.set([bytes.length, STRING_DESCRIPTOR]);
  [...text].forEach((char, at) => bytes[2 + 2 * at] = char.charCodeAt(0));
  return bytes;
}

/** How the device misbehaves. */
interface UsbFaults {
  readonly busy: boolean;
  readonly unplugAfter: number;
}

/** One program's view of the device. */
class Session {
  readonly #socket: Deno.Conn;
  readonly #port: number;
  readonly #faults: UsbFaults;
  readonly #waiting: Transfer[] = [];
  readonly #done: Transfer[] = [];
  readonly #incoming: Uint8Array[] = [];
  #daemon: Deno.TcpConn | undefined;
  #gone = false;
  #submitted = 0;

  constructor(socket: Deno.Conn, { port, faults }: { readonly port: number; readonly faults: UsbFaults }) {
    this.#socket = socket;
    this.#port = port;
    this.#faults = faults;
  }

  #message(command: bigint, first: bigint, second: bigint): Promise<void> {
    const words = new BigUint64Array([command, BigInt.asUintN(64, first), BigInt.asUintN(64, second)]);
    return writeAll(this.#socket, new Uint8Array(words.buffer));
  }

  #result(value: number, errno = 0): Promise<void> {
    return this.#message(MESSAGE.result, BigInt(value), BigInt(errno));
  }

  async #readMemory(address: bigint, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (length > 0) await this.#message(MESSAGE.readMemory, address, BigInt(length));
    return readExactly(this.#socket, length);
  }

  async #writeMemory(address: bigint, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.#message(MESSAGE.writeMemory, address, BigInt(bytes.length));
    await writeAll(this.#socket, bytes);
  }

  #unplug(): void {
    this.#gone = true;
    for (const transfer of this.#waiting.splice(0)) this.#done.push({ ...transfer, status: -ERRNO.shutdown });
  }

  /** What the daemon sends, cut as a phone does: a header, then its payload. */
  async #pump(daemon: Deno.TcpConn): Promise<void> {
    try {
      for (;;) {
        const header = await readExactly(daemon, 24);
        this.#incoming.push(header);
        const length = new DataView(header.buffer).getUint32(12, true);
        if (length > 0) this.#incoming.push(await readExactly(daemon, length));
        this.#fill();
      }
    } catch {
      this.#unplug();
    }
  }

  /** Gives bytes that have come to transfers that wait for them. */
  #fill(): void {
    while (this.#waiting.length > 0 && this.#incoming.length > 0) {
      const transfer = this.#waiting.shift()!, bytes = this.#incoming.shift()!;
      transfer.data = bytes.subarray(0, transfer.length);
      transfer.actual = transfer.data.length;
      if (bytes.length > transfer.length) this.#incoming.unshift(bytes.subarray(transfer.length));
      this.#done.push(transfer);
    }
  }

  async #claim(): Promise<void> {
    if (this.#faults.busy) return this.#result(-1, ERRNO.busy);
    if (!this.#daemon) {
      this.#daemon = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      this.#pump(this.#daemon);
    }
    return this.#result(0);
  }

  async #control(transfer: Transfer): Promise<void> {
    const [, request, index, type] = await this.#readMemory(transfer.buffer, SETUP_BYTES);
    const known = request === GET_DESCRIPTOR && type === STRING_DESCRIPTOR;
    const answer = (known ? stringDescriptor(index!) : new Uint8Array()).subarray(0, transfer.length - SETUP_BYTES);
    await this.#writeMemory(transfer.buffer + BigInt(SETUP_BYTES), answer);
    this.#done.push({ ...transfer, actual: answer.length });
  }

  async #output(transfer: Transfer): Promise<void> {
    const bytes = await this.#readMemory(transfer.buffer, transfer.length);
    await writeAll(this.#daemon!, bytes).catch(() => this.#unplug());
    const status = this.#gone ? -ERRNO.shutdown : 0;
    this.#done.push({ ...transfer, status, actual: this.#gone ? 0 : bytes.length });
  }

  async #submit(address: bigint): Promise<void> {
    const bytes = await this.#readMemory(address, URB.bytes), view = new DataView(bytes.buffer);
    if (++this.#submitted > this.#faults.unplugAfter) this.#unplug();
    if (this.#gone) return this.#result(-1, ERRNO.noDevice);
    const transfer: Transfer = {
      address,
      buffer: view.getBigUint64(URB.buffer, true),
      length: view.getInt32(URB.length, true),
      status: 0,
      actual: 0,
    };
    if (bytes[URB.type] === CONTROL) await this.#control(transfer);
    else if (bytes[URB.endpoint]! & DIRECTION_IN) this.#waiting.push(transfer);
    else await this.#output(transfer);
    this.#fill();
    return this.#result(0);
  }

  #discard(address: bigint): Promise<void> {
    const index = this.#waiting.findIndex((transfer) => transfer.address === address);
    if (index < 0) return this.#result(-1, ERRNO.invalid);
    this.#done.push({ ...this.#waiting.splice(index, 1)[0]!, status: -2 });
    return this.#result(0);
  }

  async #reap(target: bigint): Promise<void> {
    const transfer = this.#done.shift();
    if (!transfer) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return this.#result(-1, this.#gone ? ERRNO.noDevice : ERRNO.again);
    }
    const word = (value: number): Uint8Array => new Uint8Array(new Int32Array([value]).buffer);
    if (transfer.data) await this.#writeMemory(transfer.buffer, transfer.data);
    await this.#writeMemory(transfer.address + BigInt(URB.status), word(transfer.status));
    await this.#writeMemory(transfer.address + BigInt(URB.actual), word(transfer.actual));
    await this.#writeMemory(target, new Uint8Array(new BigUint64Array([transfer.address]).buffer));
    return this.#result(0);
  }

  async #ioctl(request: number, argument: bigint): Promise<void> {
    switch (request) {
      case IOCTL.getCapabilities:
        await this.#writeMemory(argument, new Uint8Array(4));
        return this.#result(0);
      case IOCTL.claimInterface:
        return this.#claim();
      case IOCTL.getDriver:
        return this.#result(-1, ERRNO.noData);
      case IOCTL.releaseInterface:
      case IOCTL.setConfiguration:
      case IOCTL.clearHalt:
      case IOCTL.reset:
        return this.#result(0);
      case IOCTL.submitUrb:
        return this.#submit(argument);
      case IOCTL.discardUrb:
        return this.#discard(argument);
      case IOCTL.reapUrb:
      case IOCTL.reapUrbNoDelay:
        return this.#reap(argument);
      default:
        return this.#result(-1, ERRNO.notTty);
    }
  }

  /** Answers until the program closes the device. */
  async serve(): Promise<void> {
    try {
      for (;;) {
        const words = new BigUint64Array((await readExactly(this.#socket, 24)).buffer);
        if (words[0] === MESSAGE.ioctl) {
          await this.#ioctl(Number(words[1]! & 0xffffffffn), words[2]!);
          continue;
        }
        await this.#message(MESSAGE.abort, 0n, 0n);
        await readExactly(this.#socket, 24);
        await this.#result(0);
      }
    } catch {
      this.#daemon?.close();
    }
  }
}

if (import.meta.main) {
  const [port, fault = ""] = Deno.args;
  const folder = `${Deno.env.get("UMOCKDEV_DIR")}/ioctl/dev/bus/usb/001`;
  Deno.mkdirSync(folder, { recursive: true });
  const listener = Deno.listen({ transport: "unix", path: `${folder}/002` });
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  const unplugAfter = Number(/unplug-after=(\d+)/.exec(fault)?.[1] ?? Infinity);
  const settings = { port: Number(port), faults: { busy: fault === "busy", unplugAfter } };
  for await (const socket of listener) new Session(socket, settings).serve();
}
