/** The options that tell which phone, and the way to it. */
import { type Command, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import type { OpenOptions, TransportName } from "../../mobile/adb/mod.ts";
import { integer, jsonOption } from "../options.ts";
import { ALWAYS, type Permissions } from "../permissions.ts";
import { note } from "../terminal.ts";

/** What the options of {@link addPhoneOptions} parse to. */
export interface PhoneOptions {
  readonly serial?: string | undefined;
  readonly transport: TransportName;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly createKey: boolean;
  readonly json?: boolean;
}

/** What every command on a phone needs to reach it. */
export const phonePermissions = {
  env: ALWAYS,
  net: "with --transport server or tcp",
  read: "with --transport tcp or usb",
  write: "with --create-key",
  ffi: "with --transport usb",
  "run=adb": "where no adb server runs yet",
} as const satisfies Permissions;

function portNumber(text: string): number {
  const port = integer(1)(text);
  if (port < 65536) return port;
  throw new InvalidArgumentError("It must be a port, 1 to 65535.");
}

/** Adds the options that tell which phone, and the way to it. */
export function addPhoneOptions(command: Command): Command {
  return command
    .option("--serial <serial>", "which phone, where there are several")
    .addOption(
      new Option("--transport <name>", "the way to it: an adb server, or without one over TCP or USB")
        .choices(["server", "tcp", "usb"]).default("server"),
    )
    .option("--address <host>", "where the adb server or the phone's daemon listens (default: 127.0.0.1)")
    .addOption(
      new Option("--port <number>", "its port (default: 5037 or ANDROID_ADB_SERVER_PORT, 5555 for tcp)")
        .argParser(portNumber),
    )
    .option("--create-key", "tcp and usb: make the key ~/.android/adbkey where there is none", false)
    .addOption(jsonOption());
}

/** The options as `openDevice` takes them; a question on the phone's screen is announced. */
export function openOptionsOf(options: PhoneOptions): OpenOptions {
  const { serial, address, port, transport, createKey } = options;
  return {
    transport,
    createKey,
    ...(serial === undefined ? {} : { serial }),
    ...(address === undefined ? {} : { host: address }),
    ...(port === undefined ? {} : { port }),
    onAuthorizationAsked: () => note("the phone asks whether it may be debugged from here: tap Allow"),
  };
}
