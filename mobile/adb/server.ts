/** Phones through a running adb server. */
import { AdbServerClient } from "npm:@yume-chan/adb@2.6.4";
import { shorten } from "../../core/shorten.ts";
import type { ConnectionState, Device } from "./device.ts";
import { AdbError, type AdbErrorCode, toAdbError } from "./errors.ts";
import { type ServerAddress, serverConnector } from "./server_connector.ts";
import { TangoDevice } from "./tango_device.ts";

/** The server's protocol that platform-tools have spoken since 2018. */
const SERVER_VERSION = 41;

/** A phone that a server, or a bus, knows. */
export interface ListedDevice {
  /** What to choose it by. */
  readonly serial: string;
  /** Whether it can be used. */
  readonly state: ConnectionState;
  /** The model that it says it is. */
  readonly model?: string | undefined;
  /** Its product's name. */
  readonly product?: string | undefined;
}

/** How to reach a server. */
export interface ServerOptions extends Partial<ServerAddress> {
  /** Starts a server on this machine where none runs. Default true. */
  readonly startServer?: boolean;
}

/** The port that adb itself would take. Throws AdbError (ADB_SERVER_UNREACHABLE) where the environment names none. */
export function defaultServerPort(): number {
  const text = Deno.env.get("ANDROID_ADB_SERVER_PORT") ?? "5037", port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65536) return port;
  throw new AdbError("ADB_SERVER_UNREACHABLE", `Cannot take ANDROID_ADB_SERVER_PORT for a port: got ${shorten(text)}`);
}

function addressOf({ host = "127.0.0.1", port = defaultServerPort() }: ServerOptions): ServerAddress {
  return { host, port };
}

/** Has `adb` start a server. Throws AdbError (ADB_NOT_INSTALLED, ADB_SERVER_UNREACHABLE). */
async function startServer(port: number): Promise<void> {
  const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const adb = new Deno.Command("adb", { args: ["-P", `${port}`, "start-server"], ...quiet });
  let status: Deno.CommandStatus;
  try {
    status = await adb.spawn().status;
  } catch (cause) {
    throw new AdbError("ADB_NOT_INSTALLED", "Cannot start an adb server as there is no adb on this machine", { cause });
  }
  if (!status.success) {
    throw new AdbError("ADB_SERVER_UNREACHABLE", `Cannot start an adb server: adb exited with ${status.code}`);
  }
}

/** A client of a server of the right version. Throws AdbError (ADB_…). */
async function openClient(options: ServerOptions): Promise<AdbServerClient> {
  const address = addressOf(options);
  const client = new AdbServerClient(serverConnector(address));
  const local = address.host === "127.0.0.1" || address.host === "localhost";
  let version: number;
  try {
    version = await client.getVersion().catch(async (cause) => {
      if (!local || options.startServer === false || !(cause instanceof Deno.errors.ConnectionRefused)) throw cause;
      await startServer(address.port);
      return client.getVersion();
    });
  } catch (cause) {
    const { code, message } = toAdbError(cause, `reach an adb server at ${address.host}:${address.port}`);
    throw new AdbError(code === "ADB_PROTOCOL" || code === "DEVICE_LOST" ? "ADB_SERVER_UNREACHABLE" : code, message, {
      cause,
    });
  }
  if (version < SERVER_VERSION) {
    const message = `Cannot use the adb server as it must speak version ${SERVER_VERSION}: got ${version}`;
    throw new AdbError("ADB_VERSION", message, { data: { version, needed: SERVER_VERSION } });
  }
  return client;
}

/** A line of `adb devices -l`; the state may hold blanks (`no permissions (…)`). */
export function parseDeviceLine(line: string): ListedDevice | undefined {
  const match = /^(\S+)\s+(.*?)((?:\s+[a-z_]+:\S+)*)\s*$/.exec(line);
  if (!match) return undefined;
  const fields = Object.fromEntries(match[3]!.trim().split(/\s+/).map((field) => field.split(":", 2)));
  return { serial: match[1]!, state: match[2]!, model: fields.model?.replaceAll("_", " "), product: fields.product };
}

async function devicesOf(client: AdbServerClient): Promise<readonly ListedDevice[]> {
  const connection = await client.createConnection("host:devices-l");
  try {
    const lines = (await connection.readString()).split("\n");
    return lines.map(parseDeviceLine).filter((device) => device !== undefined);
  } finally {
    await connection.dispose();
  }
}

/** The phones that a server knows. Throws AdbError (ADB_…). */
export async function listServerDevices(options: ServerOptions = {}): Promise<readonly ListedDevice[]> {
  return devicesOf(await openClient(options));
}

/** What a connection state other than `device` means. */
const stateErrors: Readonly<Record<string, AdbErrorCode>> = {
  unauthorized: "DEVICE_UNAUTHORIZED",
  authorizing: "DEVICE_UNAUTHORIZED",
};

/** The one phone that is meant. Throws AdbError (NO_DEVICE, AMBIGUOUS_DEVICE, DEVICE_…). */
export function chooseDevice(devices: readonly ListedDevice[], serial?: string): ListedDevice {
  const serials = devices.map((device) => device.serial);
  if (devices.length === 0) throw new AdbError("NO_DEVICE", "Cannot use a phone as none is connected");
  const found = serial === undefined ? devices : devices.filter((device) => device.serial === serial);
  if (found.length === 0) {
    const message = `Cannot find a phone as the serials are ${serials.join(", ")}: got ${shorten(serial!)}`;
    throw new AdbError("DEVICE_NOT_FOUND", message, { data: { serials, serial } });
  }
  if (found.length > 1) {
    const message = `Cannot choose a phone as there are ${found.length}: got ${serials.join(", ")}`;
    throw new AdbError("AMBIGUOUS_DEVICE", message, { data: { serials } });
  }
  const [device] = found;
  if (device!.state === "device") return device!;
  const code = /permission/.test(device!.state) ? "USB_ACCESS" : stateErrors[device!.state] ?? "DEVICE_OFFLINE";
  throw new AdbError(code, `Cannot use ${device!.serial} as it must be in state device: got ${device!.state}`, {
    data: { ...device },
  });
}

/** Opens a phone through a server. Throws AdbError. */
export async function openServerDevice(options: ServerOptions & { readonly serial?: string } = {}): Promise<Device> {
  const client = await openClient(options);
  const { serial } = chooseDevice(await devicesOf(client), options.serial);
  try {
    const adb = await client.createAdb({ serial });
    const state = async (): Promise<ConnectionState> =>
      (await devicesOf(client)).find((device) => device.serial === serial)?.state ?? "offline";
    return new TangoDevice({ adb, serial, transport: "server", state });
  } catch (cause) {
    throw toAdbError(cause, `open ${serial}`);
  }
}
