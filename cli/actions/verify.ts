/** What `zen verify` does. */
import { readBytes } from "../../core/io/files/read.ts";
import { MobileError, provenanceOf, type Verification, verifyTflite } from "../../mobile/mod.ts";
import type { VerifyOptions } from "../commands/verify.ts";
import { openDevice } from "../device.ts";
import { inFile } from "../errors.ts";
import { printFields, printJson } from "../terminal.ts";

function printVerification(verification: Verification): void {
  const { provenance, threshold, sqnrDb, top1Agreement, maxDifference, relativeDifference, images } = verification;
  const { probabilityDifference } = verification;
  printFields([
    ["precision", provenance.precision],
    ["images", images],
    ["max |diff|", `${maxDifference.toPrecision(3)} (${relativeDifference.toExponential(1)} of the largest logit)`],
    [
      "SQNR",
      `${sqnrDb === Infinity ? "nothing differs" : `${sqnrDb.toFixed(1)} dB`} (at least ${
        threshold.sqnrDb.toFixed(0)
      } dB)`,
    ],
    ["top-1 agreement", `${(100 * top1Agreement).toFixed(0)} % (at least ${100 * threshold.top1Agreement} %)`],
    ...(probabilityDifference === null
      ? []
      : [["probabilities", `${probabilityDifference.toExponential(1)} off the softmax of the logits`] as const]),
  ]);
}

/** Compares the file with its network and prints how far they differ. Throws MobileError. */
export async function verify(path: string, options: VerifyOptions): Promise<void> {
  const bytes = await readBytes(path, "model");
  await inFile(path, () => provenanceOf(bytes)); // a file that cannot be verified is refused before a device is opened
  await using backend = await openDevice(options);
  const verification = await verifyTflite(bytes, { backend, images: options.images });
  if (options.json) printJson(verification);
  else printVerification(verification);
  if (verification.passed) return;
  throw new MobileError("MODEL_NUMERICS", `Cannot take ${path} for its network as it differs by more than rounding`, {
    data: { ...verification },
  });
}
