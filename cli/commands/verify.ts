/** `zen verify`: whether an exported file computes what its network does. */
import { type Command, Option } from "commander";
import type { Verification } from "../../mobile/mod.ts";
import type { DeviceOptions } from "../device.ts";
import { deviceOption, integer, jsonOption, workersOption } from "../options.ts";

interface VerifyOptions extends DeviceOptions {
  readonly images: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Logits are compared, those before the softmax of a file that ends in one. SQNR is the signal to quantisation noise ratio.
Exits with 1 where the file is further from its network than its precision explains.

Example:
  zen export zennet_cifar10_model_size1M_res32 --precision f16 -o net.tflite && zen verify net.tflite`;

/** Adds the command. */
export function addVerifyCommand(program: Command): void {
  program.command("verify").description("compare an exported TensorFlow Lite file with our own forward pass")
    .argument("<file>", "a .tflite file that zen export wrote")
    .addOption(new Option("--images <count>", "how many random images to compare on").argParser(integer(1)).default(8))
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(verify);
}

async function printVerification(verification: Verification): Promise<void> {
  const { printFields } = await import("../terminal.ts");
  const { provenance, threshold, sqnrDb, top1Agreement, maxDifference, relativeDifference, images } = verification;
  const { probabilityDifference } = verification;
  printFields([
    ["precision", provenance.precision],
    ["images", images],
    ["max |diff|", `${maxDifference.toPrecision(3)} (${relativeDifference.toExponential(1)} of the largest logit)`],
    [
      "SQNR",
      `${sqnrDb === Infinity ? "nothing differs" : `${sqnrDb.toFixed(1)} dB`} (at least ${threshold.sqnrDb} dB)`,
    ],
    ["top-1 agreement", `${(100 * top1Agreement).toFixed(0)} % (at least ${100 * threshold.top1Agreement} %)`],
    ...(probabilityDifference === null
      ? []
      : [["probabilities", `${probabilityDifference.toExponential(1)} off the softmax of the logits`] as const]),
  ]);
}

async function verify(path: string, options: VerifyOptions): Promise<void> {
  const { MobileError, provenanceOf, verifyTflite } = await import("../../mobile/mod.ts");
  const { openDevice } = await import("../device.ts");
  const { printJson } = await import("../terminal.ts");
  const bytes = await Deno.readFile(path);
  provenanceOf(bytes); // a file that cannot be verified is refused before a device is opened
  await using backend = await openDevice(options);
  const verification = await verifyTflite(bytes, { backend, images: options.images });
  if (options.json) printJson(verification);
  else await printVerification(verification);
  if (verification.passed) return;
  throw new MobileError("MODEL_NUMERICS", `Cannot take ${path} for its network as it differs by more than rounding`, {
    data: { ...verification },
  });
}
