/** Finds phones on the USB: devices with an interface of class ff/42/01 and two bulk endpoints. */
import { check, type Libusb, memory, pointerFrom } from "./libusb.ts";

/** What Android's adb function reports as its interface's class, subclass and protocol. */
const ADB_CLASS = [0xff, 0x42, 0x01] as const;
/** Sizes and offsets in libusb.h's structures where pointers have 64 bits. */
const LAYOUT = {
  device: { bytes: 18, vendor: 8, product: 10, serialIndex: 16 },
  configuration: { interfaceCount: 4, interfaces: 16 },
  interface: { bytes: 16, alternatives: 0 },
  alternative: { number: 2, endpointCount: 4, class: 5, endpoints: 16 },
  endpoint: { bytes: 32, address: 2, attributes: 3, maxPacket: 4 },
} as const;
const BULK = 2, DIRECTION_IN = 0x80;

/** An adb interface of a device on the bus. */
export interface UsbInterface {
  /** libusb's device. */
  readonly device: bigint;
  /** The vendor's number, such as 0x18d1 for Google. */
  readonly vendor: number;
  /** The product's number. */
  readonly product: number;
  /** The index of the text that holds the serial. */
  readonly serialIndex: number;
  /** The interface's number. */
  readonly number: number;
  /** The address of the endpoint that the phone sends through. */
  readonly input: number;
  /** The address of the endpoint that the phone listens to. */
  readonly output: number;
  /** The most bytes in one packet to the phone. */
  readonly maxPacket: number;
}

type Endpoints = Pick<UsbInterface, "number" | "input" | "output" | "maxPacket">;

/** The endpoints of an interface, if it is adb's. */
function adbEndpoints(alternative: Deno.UnsafePointerView): Endpoints | undefined {
  const { number, endpointCount, class: classAt, endpoints } = LAYOUT.alternative;
  if (!ADB_CLASS.every((value, index) => alternative.getUint8(classAt + index) === value)) return undefined;
  const base = alternative.getBigUint64(endpoints);
  let input = 0, output = 0, maxPacket = 0;
  for (let index = 0; index < alternative.getUint8(endpointCount); index++) {
    const endpoint = memory(base + BigInt(index * LAYOUT.endpoint.bytes));
    if ((endpoint.getUint8(LAYOUT.endpoint.attributes) & 3) !== BULK) continue;
    const address = endpoint.getUint8(LAYOUT.endpoint.address);
    if (address & DIRECTION_IN) input = address;
    else [output, maxPacket] = [address, endpoint.getUint16(LAYOUT.endpoint.maxPacket)];
  }
  return input && output ? { number: alternative.getUint8(number), input, output, maxPacket } : undefined;
}

/** The adb interface of a device's active configuration, if it has one. */
function adbInterfaceOf({ calls }: Libusb, device: bigint): Endpoints | undefined {
  const out = new BigUint64Array(1);
  if (calls.libusb_get_active_config_descriptor(device, out) < 0) return undefined; // not configured: no phone
  try {
    const configuration = memory(out[0]!);
    const interfaces = configuration.getBigUint64(LAYOUT.configuration.interfaces);
    for (let index = 0; index < configuration.getUint8(LAYOUT.configuration.interfaceCount); index++) {
      const entry = memory(interfaces + BigInt(index * LAYOUT.interface.bytes));
      const found = adbEndpoints(memory(entry.getBigUint64(LAYOUT.interface.alternatives)));
      if (found) return found;
    }
    return undefined;
  } finally {
    calls.libusb_free_config_descriptor(out[0]!);
  }
}

/** Calls `visit` for every phone on the bus, while libusb's list of devices is held. */
export async function visitPhones(usb: Libusb, visit: (phone: UsbInterface) => Promise<void>): Promise<void> {
  const { calls, context } = usb;
  const out = new BigUint64Array(1);
  const count = check(calls.libusb_get_device_list(context, out), "list the devices on the USB");
  const list = out[0]!;
  try {
    for (let index = 0; index < count; index++) {
      const device = memory(list).getBigUint64(8 * index);
      const bytes = new Uint8Array(LAYOUT.device.bytes);
      check(calls.libusb_get_device_descriptor(device, bytes), "read a USB device's description");
      const endpoints = adbInterfaceOf(usb, device);
      if (!endpoints) continue;
      const view = new DataView(bytes.buffer);
      const { vendor, product, serialIndex } = LAYOUT.device;
      await visit({
        device,
        vendor: view.getUint16(vendor, true),
        product: view.getUint16(product, true),
        serialIndex: view.getUint8(serialIndex),
        ...endpoints,
      });
    }
  } finally {
    calls.libusb_free_device_list(list, 1);
  }
}

/** Opens a device. Throws AdbError (USB_ACCESS). */
export function openHandle({ calls }: Libusb, { device }: UsbInterface): bigint {
  return pointerFrom((out) => calls.libusb_open(device, out), "open the phone on the USB");
}

/** The serial of an open device; empty where it has none. */
export async function readSerial({ calls }: Libusb, handle: bigint, { serialIndex }: UsbInterface): Promise<string> {
  if (serialIndex === 0) return "";
  const bytes = new Uint8Array(256);
  const length = await calls.libusb_get_string_descriptor_ascii(handle, serialIndex, bytes, bytes.length);
  return new TextDecoder().decode(bytes.subarray(0, check(length, "read the phone's serial")));
}
