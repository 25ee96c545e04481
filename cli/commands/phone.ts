/** `zen phone`: Android phones over adb, and how fast a network is on them. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Device, ListedDevice, OpenOptions, ShellResult, TransportName } from "../../mobile/adb/mod.ts";
import { integer, jsonOption } from "../options.ts";
import { addPhoneBenchCommand } from "./phone_bench.ts";

/** What the options of {@link addPhoneOptions} parse to. */
export interface PhoneOptions {
  readonly serial?: string | undefined;
  readonly transport: TransportName;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly createKey: boolean;
  readonly json?: boolean;
}

interface ShellCommandOptions extends PhoneOptions {
  readonly timeout: number;
}

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

/** Adds the commands. */
export function addPhoneCommand(program: Command): void {
  const phone = program.command("phone").description("Android phones: list, check, and measure latencies on them");
  addPhoneOptions(phone.command("list").description("list the phones that can be reached"))
    .addHelpText("after", "\nExamples:\n  zen phone list\n  zen phone list --transport usb --json").action(list);
  addPhoneOptions(
    phone.command("doctor").description(
      "tell whether a phone is fit to measure on (exit code 1: no), and put back what a crash left changed",
    ),
  )
    .addHelpText("after", "\nExample:\n  zen phone doctor --serial HT7A10101010").action(doctor);
  addPhoneOptions(phone.command("shell").description("run a command on a phone, with its exit code"))
    .argument("<command...>", "what to run; after --, options are the command's own")
    .addOption(new Option("--timeout <seconds>", "kill it there after that time").argParser(integer(1)).default(30))
    .addHelpText("after", "\nExample:\n  zen phone shell -- getprop ro.product.model").action(shell);
  addPhoneBenchCommand(phone);
}

/** The options as `openDevice` takes them; a question on the phone's screen is announced. */
export async function openOptionsOf(options: PhoneOptions): Promise<OpenOptions> {
  const { note } = await import("../terminal.ts");
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

async function open(options: PhoneOptions): Promise<Device> {
  const { openDevice } = await import("../../mobile/adb/mod.ts");
  return openDevice(await openOptionsOf(options));
}

async function list(options: PhoneOptions): Promise<void> {
  const { listDevices } = await import("../../mobile/adb/mod.ts");
  const { note, printJson, printTable } = await import("../terminal.ts");
  const devices = await listDevices(await openOptionsOf(options));
  if (options.json) return devices.forEach(printJson);
  if (devices.length === 0) return note("no phone: plug one in and switch on USB debugging");
  const row = ({ serial, state, model, product }: ListedDevice) => [serial, state, model ?? "", product ?? ""];
  printTable(["serial", "state", "model", "product"], devices.map(row));
}

/** What a command wrote, to where it wrote it. */
async function printOutput({ stdout, stderr }: Partial<ShellResult>): Promise<void> {
  const { print, note } = await import("../terminal.ts");
  if (stdout) print(stdout.replace(/\n$/, ""));
  if (stderr) note(stderr.replace(/\n$/, ""));
}

/** Runs a command; Ctrl-C ends it on the phone. What one wrote that did not come to its end is printed all the same. */
async function runCommand(command: string, options: ShellCommandOptions): Promise<ShellResult> {
  const { AdbError } = await import("../../mobile/adb/mod.ts");
  const { Interrupted } = await import("../errors.ts");
  const { InterruptSignal } = await import("../interrupt_signal.ts");
  await using device = await open(options);
  const reason = new Interrupted("interrupted; the command was ended on the phone");
  using interrupt = new InterruptSignal({ finishing: "ending the command on the phone", reason });
  try {
    return await device.shell(command, { timeoutMs: 1000 * options.timeout, signal: interrupt.signal });
  } catch (error) {
    if (error instanceof AdbError) await printOutput(error.data);
    throw error;
  }
}

async function shell(words: string[], options: ShellCommandOptions): Promise<void> {
  const { printJson } = await import("../terminal.ts");
  const result = await runCommand(words.join(" "), options);
  if (options.json) printJson(result);
  else await printOutput(result);
  await failWith(result.exitCode);
}

/** Ends the command with an exit code: a phone's own, or 1 for a phone that is not fit. */
async function failWith(exitCode: number): Promise<void> {
  if (exitCode === 0) return;
  const { CommandFailed } = await import("../errors.ts");
  throw new CommandFailed(exitCode);
}

async function doctor(options: PhoneOptions): Promise<void> {
  const bench = await import("../../mobile/phone/mod.ts");
  const { print, printFields, printJson } = await import("../terminal.ts");
  await using device = await open(options);
  using journal = await bench.Journal.open(device.serial);
  const restored = await journal.restore(device);
  const { name, properties, abis } = await bench.readFingerprint(device);
  const state = await bench.readPhoneState(device);
  const cores = bench.bigCores(state.cores, 1);
  const problems = bench.objections(state, cores).map(({ code, message, hint }) => ({ code, message, hint }));
  if (options.json) {
    printJson({ name, properties, abis, state, bigCores: cores, restored, problems });
    return failWith(problems.length > 0 ? 1 : 0);
  }
  printFields([
    ["phone", name],
    ["serial", device.serial],
    ["Android", `${properties["ro.build.version.release"]} (API ${properties["ro.build.version.sdk"]})`],
    ["ABIs", abis.join(", ")],
    ["big cores", cores.length > 0 ? `${cores.join(", ")} (mask ${bench.coreMask(cores)})` : "unknown"],
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
  await failWith(problems.length > 0 ? 1 : 0);
}
