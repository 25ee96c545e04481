/** A phone, whether it is reached by an adb server, TCP or USB. */
import type { AdbError } from "./errors.ts";

/** The ways to a phone: a running adb server, its daemon over TCP, its daemon over USB. */
export const transports = ["server", "tcp", "usb"] as const;

/** A way to a phone. */
export type TransportName = (typeof transports)[number];

/** What adb says of a phone's connection: `device` where it can be used, else `offline`, `unauthorized`, `recovery` … */
export type ConnectionState = string;

/** How to run a command. */
export interface ShellOptions {
  /** When the command is killed on the phone, ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** Kills the command on the phone when aborted. */
  readonly signal?: AbortSignal;
}

/** What a command left behind. */
export interface ShellResult {
  /** The exit code, 0 … 255; 128 + n for a process that signal n ended. */
  readonly exitCode: number;
  /** What it wrote, decoded as UTF-8. */
  readonly stdout: string;
  /** What it wrote to its error output. */
  readonly stderr: string;
}

/** How to push a file. */
export interface PushOptions {
  /** Permission bits. Default 0o644. */
  readonly mode?: number;
  /** Called as bytes leave: how many of how many. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}

/** A file on the phone, checked. */
export interface PushedFile {
  /** Where it is. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** Its checksum, hex. */
  readonly sha256: string;
  /** How it was compared with what was sent: phones without `sha256sum` can only count bytes. */
  readonly checkedBy: "sha256" | "size";
}

/** A phone that commands and files can be sent to. Every method throws AdbError. */
export interface Device extends AsyncDisposable {
  /** What adb calls it. */
  readonly serial: string;
  /** The way to it. */
  readonly transport: TransportName;
  /** The model that it says it is, such as `Pixel 2`. */
  readonly model: string | undefined;
  /** Resolves when the connection breaks without having been closed. */
  readonly lost: Promise<AdbError>;
  /** Runs a command line in the phone's shell; one that outlives its time limit is killed there (SHELL_TIMEOUT). */
  shell(command: string, options?: ShellOptions): Promise<ShellResult>;
  /** Writes a file (its folder must exist) and compares checksums (PUSH_DENIED, PUSH_NO_SPACE, PUSH_MISMATCH). */
  push(path: string, bytes: Uint8Array, options?: PushOptions): Promise<PushedFile>;
  /** Reads a file (PULL_FAILED). */
  pull(path: string): Promise<Uint8Array>;
  /** The connection's state now. */
  state(): Promise<ConnectionState>;
  /** Ends the connection; commands that still run on the phone end with it. */
  close(): Promise<void>;
}
