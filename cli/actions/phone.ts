/** What `zen phone list`, `shell` and `doctor` do. */
import {
  AdbError,
  type Device,
  listDevices,
  type ListedDevice,
  openDevice,
  type ShellResult,
} from "../../mobile/adb/mod.ts";
import { bigCores, coreMask, Journal, objections, readFingerprint, readPhoneState } from "../../mobile/phone/mod.ts";
import type { ShellOptions } from "../commands/phone.ts";
import { CommandFailed, Interrupted } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { openOptionsOf, type PhoneOptions } from "../phone/options.ts";
import { note, print, printFields, printJson, printTable } from "../terminal.ts";

function open(options: PhoneOptions): Promise<Device> {
  return openDevice(openOptionsOf(options));
}

/** Prints the phones that can be reached. Throws AdbError. */
export async function list(options: PhoneOptions): Promise<void> {
  const devices = await listDevices(openOptionsOf(options));
  if (options.json) return devices.forEach(printJson);
  if (devices.length === 0) return note("no phone: plug one in and switch on USB debugging");
  const row = ({ serial, state, model, product }: ListedDevice) => [serial, state, model ?? "", product ?? ""];
  printTable(["serial", "state", "model", "product"], devices.map(row));
}

/** What a command wrote, to where it wrote it. */
function printOutput({ stdout, stderr }: Partial<ShellResult>): void {
  if (stdout) print(stdout.replace(/\n$/, ""));
  if (stderr) note(stderr.replace(/\n$/, ""));
}

/** Runs a command; Ctrl-C ends it on the phone. What one wrote that did not come to its end is printed all the same. */
async function runCommand(command: string, options: ShellOptions): Promise<ShellResult> {
  await using device = await open(options);
  const reason = new Interrupted("interrupted; the command was ended on the phone");
  using interrupt = new InterruptSignal({ finishing: "ending the command on the phone", reason });
  try {
    return await device.shell(command, { timeoutMs: 1000 * options.timeout, signal: interrupt.signal });
  } catch (error) {
    if (error instanceof AdbError) printOutput(error.data);
    throw error;
  }
}

/** Runs a command on a phone and prints what it wrote. Throws AdbError, CommandFailed. */
export async function shell(words: string[], options: ShellOptions): Promise<void> {
  const result = await runCommand(words.join(" "), options);
  if (options.json) printJson(result);
  else printOutput(result);
  failWith(result.exitCode);
}

/** Ends the command with an exit code: a phone's own, or 1 for a phone that is not fit. */
function failWith(exitCode: number): void {
  if (exitCode === 0) return;
  throw new CommandFailed(exitCode);
}

/** Prints whether a phone is fit to measure on. Throws AdbError, and CommandFailed where it is not. */
export async function doctor(options: PhoneOptions): Promise<void> {
  await using device = await open(options);
  using journal = await Journal.open(device.serial);
  const restored = await journal.restore(device);
  const { name, properties, abis } = await readFingerprint(device);
  const state = await readPhoneState(device);
  const cores = bigCores(state.cores, 1);
  const problems = objections(state, cores).map(({ code, message, hint }) => ({ code, message, hint }));
  if (options.json) {
    printJson({ name, properties, abis, state, bigCores: cores, restored, problems });
    return failWith(problems.length > 0 ? 1 : 0);
  }
  printFields([
    ["phone", name],
    ["serial", device.serial],
    ["Android", `${properties["ro.build.version.release"]} (API ${properties["ro.build.version.sdk"]})`],
    ["ABIs", abis.join(", ")],
    ["big cores", cores.length > 0 ? `${cores.join(", ")} (mask ${coreMask(cores)})` : "unknown"],
    [
      "battery",
      `${state.batteryPercent ?? "?"} %, ${state.batteryCelsius ?? "?"} °C, power from ${state.power ?? "?"}`,
    ],
    ["thermal status", state.thermalStatus ?? "unknown"],
    ...Object.entries(state.unread).map(([probe, said]) => [`unread: ${probe}`, said] as const),
  ]);
  if (restored) print("put back what an earlier measurement had changed");
  for (const { code, message, hint } of problems) print(`${code}: ${message}\n  hint: ${hint}`);
  print(problems.length > 0 ? "not fit to measure on" : "fit to measure on");
  failWith(problems.length > 0 ? 1 : 0);
}
