/** Finding adb interfaces in libusb's structures, laid out in memory as a 64-bit machine's libusb.h has them. */
import assert from "node:assert/strict";
import { readSerial, type UsbInterface, visitPhones } from "../../../../mobile/adb/usb/discover.ts";
import type { Libusb } from "../../../../mobile/adb/usb/libusb.ts";

/** Blocks of memory that stay where they are while the tests run. */
const blocks: Uint8Array<ArrayBuffer>[] = [];

/** The address of a block in which `fill` writes. */
function block(bytes: number, fill: (view: DataView) => void): bigint {
  const memory = new Uint8Array(bytes);
  blocks.push(memory);
  fill(new DataView(memory.buffer));
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
}

interface Endpoint {
  readonly address: number;
  readonly attributes: number;
  readonly maxPacket: number;
}

interface Interface {
  readonly number: number;
  readonly class: readonly number[];
  readonly endpoints: readonly Endpoint[];
}

const ADB = [0xff, 0x42, 0x01], BULK = 2, INTERRUPT = 3;
const input = { address: 0x83, attributes: BULK, maxPacket: 512 };
const output = { address: 0x04, attributes: BULK, maxPacket: 1024 };
/** Entries that lie behind the end of a list, where libusb has none. */
const beyond = {
  endpoint: { address: 0x05, attributes: BULK, maxPacket: 5 },
  interface: { number: 9, class: ADB, endpoints: [input, output] },
} as const;

type Write<T> = (entry: T, at: number, view: DataView) => void;

/** The address of a list of structures of so many bytes; the last one given lies behind its end and must not be read. */
function listOf<T>(bytes: number, entries: readonly T[], write: Write<T>): bigint {
  return block(bytes * entries.length, (view) => entries.forEach((entry, index) => write(entry, bytes * index, view)));
}

/** `struct libusb_interface_descriptor`, with an alternate setting that is not the interface's number. */
function alternative({ number, class: own, endpoints }: Interface): bigint {
  const list = listOf(32, [...endpoints, beyond.endpoint], ({ address, attributes, maxPacket }, at, view) => {
    view.setUint8(at + 2, address);
    view.setUint8(at + 3, attributes);
    view.setUint16(at + 4, maxPacket, true);
  });
  return block(40, (view) => {
    [9, 4, number, 77, endpoints.length, ...own].forEach((byte, index) => view.setUint8(index, byte));
    view.setBigUint64(16, list, true);
  });
}

/** `struct libusb_config_descriptor`. */
function configuration(interfaces: readonly Interface[]): bigint {
  const list = listOf(
    16,
    [...interfaces, beyond.interface],
    (one, at, view) => view.setBigUint64(at, alternative(one), true),
  );
  return block(40, (view) => {
    view.setUint8(4, interfaces.length);
    view.setBigUint64(16, list, true);
  });
}

/** A bus with these devices; one without interfaces is not configured. */
function busOf(devices: readonly (readonly Interface[] | undefined)[]) {
  const freed: unknown[] = [], read: bigint[] = [];
  const ids = devices.map((_, index) => BigInt(index + 1));
  const list = listOf(8, [...ids, ids.at(-1)!], (id, at, view) => view.setBigUint64(at, id, true));
  const calls = {
    libusb_get_device_list: (_: bigint, out: BigUint64Array) => (out[0] = list, BigInt(devices.length)),
    libusb_free_device_list: (...call: unknown[]) => void freed.push(call),
    libusb_get_device_descriptor: (device: bigint, bytes: Uint8Array) => {
      const view = new DataView(bytes.buffer);
      view.setUint16(8, 0x1800 + Number(device), true);
      view.setUint16(10, 0x4ee7, true);
      view.setUint8(16, 3);
      return 0;
    },
    libusb_get_active_config_descriptor: (device: bigint, out: BigUint64Array) => {
      const interfaces = devices[Number(device) - 1];
      if (!interfaces) return -5;
      read.push(out[0] = configuration(interfaces));
      return 0;
    },
    libusb_free_config_descriptor: (address: bigint) => void freed.push(address),
  };
  return { usb: { calls, context: 0n } as unknown as Libusb, freed, read, list };
}

async function phonesOn(usb: Libusb): Promise<UsbInterface[]> {
  const found: UsbInterface[] = [];
  await visitPhones(usb, (phone) => Promise.resolve(void found.push(phone)));
  return found;
}

const other = { number: 1, class: [0xff, 0x42, 0x03], endpoints: [input, output] };

Deno.test("a phone is found by its interface's class, whichever interface it is, with its two bulk endpoints", async () => {
  const interrupt = { address: 0x81, attributes: INTERRUPT, maxPacket: 8 };
  const own = { number: 2, class: ADB, endpoints: [interrupt, input, output] };
  const { usb, freed, read, list } = busOf([[other], undefined, [other, own]]);
  assert.deepEqual(await phonesOn(usb), [
    { device: 3n, vendor: 0x1803, product: 0x4ee7, serialIndex: 3, number: 2, input: 0x83, output: 4, maxPacket: 1024 },
  ]);
  assert.deepEqual([read.length, freed], [2, [...read, [list, 1]]]);
});

Deno.test("an interface without two bulk endpoints is none of adb's", async () => {
  const none = [[], [input], [output], [{ ...input, attributes: INTERRUPT }, output]];
  const { usb } = busOf(none.map((endpoints) => [{ number: 0, class: ADB, endpoints }]));
  assert.deepEqual(await phonesOn(usb), []);
});

Deno.test("the list of devices is freed where a visit throws", async () => {
  const { usb, freed, list } = busOf([[{ number: 0, class: ADB, endpoints: [input, output] }]]);
  await assert.rejects(visitPhones(usb, () => Promise.reject(new Error("out"))), /out/);
  assert.deepEqual(freed.at(-1), [list, 1]);
});

Deno.test("a device's serial is the text at its index, and empty where it has none", async () => {
  const calls = {
    libusb_get_string_descriptor_ascii: (_: bigint, index: number, bytes: Uint8Array) =>
      Promise.resolve(new TextEncoder().encodeInto(`serial ${index}`, bytes).written),
  };
  const read = (serialIndex: number) => readSerial({ calls } as unknown as Libusb, 1n, { serialIndex } as UsbInterface);
  assert.deepEqual([await read(3), await read(0)], ["serial 3", ""]);
});
