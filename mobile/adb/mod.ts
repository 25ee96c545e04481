/**
 * Android phones over adb: a running server, TCP, or USB.
 *
 * @module
 */
export { CodedError, type CodedErrorOptions } from "../coded_error.ts";
export type {
  ConnectionState,
  Device,
  PushedFile,
  PushOptions,
  ShellOptions,
  ShellResult,
  TransportName,
} from "./device.ts";
export { transports } from "./device.ts";
export { AdbError, type AdbErrorCode, adbHints } from "./errors.ts";
export { listDevices, openDevice, type OpenOptions } from "./open.ts";
export type { HandshakeOptions } from "./daemon.ts";
export type { KeyOptions } from "./keys.ts";
export type { ServerAddress } from "./server_connector.ts";
export type { ListedDevice, ServerOptions } from "./server.ts";
export { quote } from "./shell.ts";
