/** Lists and opens phones by any of the three transports. */
import type { HandshakeOptions } from "./daemon.ts";
import { shakeHands } from "./daemon.ts";
import type { Device, TransportName } from "./device.ts";
import { type ListedDevice, listServerDevices, openServerDevice, type ServerOptions } from "./server.ts";
import { TangoDevice } from "./tango_device.ts";
import { connectTcp } from "./tcp.ts";
import { listUsbDevices, openUsbDevice } from "./usb/open.ts";

/** Which phone, and the way to it. */
export interface OpenOptions extends ServerOptions, HandshakeOptions {
  /** The way. Default `server`. */
  readonly transport?: TransportName;
  /** Which phone, where there are several. */
  readonly serial?: string;
}

/** Where a phone's daemon listens once it was told `adb tcpip`. */
const DAEMON_PORT = 5555;

async function openTcpDevice({ host = "127.0.0.1", port = DAEMON_PORT, ...options }: OpenOptions): Promise<Device> {
  const serial = `${host}:${port}`;
  const wire = await connectTcp({ host, port });
  const adb = await shakeHands(wire, serial, options);
  let lost = false;
  adb.disconnected.then(() => lost = true, () => lost = true);
  const state = () => Promise.resolve(lost ? "offline" : "device");
  return new TangoDevice({ adb, serial, transport: "tcp", state, release: () => wire.close() });
}

/** Opens a phone. Throws AdbError with the state that it is in. */
export function openDevice(options: OpenOptions = {}): Promise<Device> {
  switch (options.transport ?? "server") {
    case "server":
      return openServerDevice(options);
    case "tcp":
      return openTcpDevice(options);
    case "usb":
      return openUsbDevice(options);
  }
}

/** The phones of a transport; over TCP that is the one at the address, if it accepts our key. Throws AdbError. */
export async function listDevices(options: OpenOptions = {}): Promise<readonly ListedDevice[]> {
  switch (options.transport ?? "server") {
    case "server":
      return listServerDevices(options);
    case "usb":
      return listUsbDevices();
    case "tcp": {
      await using device = await openTcpDevice(options);
      return [{ serial: device.serial, state: await device.state(), model: device.model }];
    }
  }
}
