/** `zen phone`: Android phones over adb, and how fast a network is on them. */
import { type Command, Option } from "npm:commander@15.1.0";
import { DAY_SECONDS, imported, integer } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";
import { addPhoneOptions, type PhoneOptions, phonePermissions } from "../phone/options.ts";
import { addPhoneBenchCommand } from "./phone_bench.ts";

/** What the options of `zen phone shell` parse to. */
export interface ShellOptions extends PhoneOptions {
  readonly timeout: number;
}

/** Adds the commands. */
export function addPhoneCommand(program: Command): void {
  const phone = program.command("phone").description("Android phones: list, check, and measure latencies on them");
  declarePermissions(
    addPhoneOptions(phone.command("list").description("list the phones that can be reached")),
    phonePermissions,
  )
    .addHelpText("after", "\nExamples:\n  zen phone list\n  zen phone list --transport usb --json").action(
      imported(async () => (await import("../actions/phone.ts")).list),
    );
  declarePermissions(
    addPhoneOptions(
      phone.command("doctor").description(
        "tell whether a phone is fit to measure on (exit code 1: no), and put back what a crash left changed",
      ),
    ),
    { ...phonePermissions, read: ALWAYS, write: ALWAYS },
  )
    .addHelpText("after", "\nExample:\n  zen phone doctor --serial HT7A10101010").action(
      imported(async () => (await import("../actions/phone.ts")).doctor),
    );
  declarePermissions(
    addPhoneOptions(phone.command("shell").description("run a command on a phone, with its exit code")),
    phonePermissions,
  )
    .argument("<command...>", "what to run; after --, options are the command's own")
    .addOption(
      new Option("--timeout <seconds>", "kill it there after that time").argParser(integer(1, DAY_SECONDS)).default(30),
    )
    .addHelpText("after", "\nExample:\n  zen phone shell -- getprop ro.product.model").action(
      imported(async () => (await import("../actions/phone.ts")).shell),
    );
  addPhoneBenchCommand(phone);
}
