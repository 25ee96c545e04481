/** Phones over USB, without an adb server. */
import type { Device } from "../device.ts";
import { type HandshakeOptions, shakeHands } from "../daemon.ts";
import { AdbError } from "../errors.ts";
import { chooseDevice, type ListedDevice } from "../server.ts";
import { TangoDevice } from "../tango_device.ts";
import { openHandle, readSerial, type UsbInterface, visitPhones } from "./discover.ts";
import { Libusb } from "./libusb.ts";
import { UsbWire } from "./wire.ts";

const hex = (value: number): string => value.toString(16).padStart(4, "0");

/** A phone's line in the list; one that cannot be opened tells why as its state. */
async function describe(usb: Libusb, phone: UsbInterface): Promise<ListedDevice> {
  const product = `${hex(phone.vendor)}:${hex(phone.product)}`;
  try {
    const handle = openHandle(usb, phone);
    try {
      return { serial: await readSerial(usb, handle, phone), state: "device", product };
    } finally {
      await usb.calls.libusb_close(handle);
    }
  } catch (error) {
    if (!(error instanceof AdbError)) throw error;
    return { serial: product, state: error.code === "USB_ACCESS" ? "no permissions" : "offline", product };
  }
}

/** The phones on the bus. Throws AdbError (USB_LIB_MISSING). */
export async function listUsbDevices(): Promise<readonly ListedDevice[]> {
  using usb = new Libusb();
  const found: ListedDevice[] = [];
  await visitPhones(usb, async (phone) => void found.push(await describe(usb, phone)));
  return found;
}

/** Claims the adb interface of the phone with this serial. */
async function openWire(serial: string): Promise<UsbWire> {
  const usb = new Libusb();
  let wire: UsbWire | undefined;
  try {
    await visitPhones(usb, async (phone) => {
      if (wire) return;
      const handle = openHandle(usb, phone);
      try {
        if (await readSerial(usb, handle, phone) === serial) wire = new UsbWire(usb, handle, phone);
      } finally {
        if (!wire) await usb.calls.libusb_close(handle);
      }
    });
    if (wire) return wire;
    throw new AdbError("DEVICE_NOT_FOUND", `Cannot find ${serial} as it has left the USB`);
  } catch (error) {
    usb[Symbol.dispose]();
    throw error;
  }
}

/** Opens the one phone on the bus, or the one with a serial. Throws AdbError (USB_…, DEVICE_…, KEY_…). */
export async function openUsbDevice(options: HandshakeOptions & { readonly serial?: string } = {}): Promise<Device> {
  const { serial } = chooseDevice(await listUsbDevices(), options.serial);
  const wire = await openWire(serial);
  const adb = await shakeHands(wire, serial, options);
  let lost = false;
  adb.disconnected.then(() => lost = true, () => lost = true);
  const state = () => Promise.resolve(lost ? "offline" : "device");
  return new TangoDevice({ adb, serial, transport: "usb", state, release: () => wire.close() });
}
