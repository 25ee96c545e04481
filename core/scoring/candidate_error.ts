/** Which errors fail one candidate and let the work go on. */
import { DeviceMemoryError } from "../graph/backend.ts";
import { ShapeError } from "../graph/shape.ts";

/** A proxy has no score for this candidate. */
export class CandidateError extends Error {
  /** The error's class. */
  override readonly name = "CandidateError";
}

/**
 * Whether an error concerns this network alone: the proxy has no score for it, it cannot be built, or the device cannot
 * hold it. Such an error fails the candidate and the other candidates are still scored; any other error ends the work.
 *
 * @example
 * ```ts
 * import { CandidateError, failsCandidate } from "@zennas/zennas";
 * if (!failsCandidate(new CandidateError("Cannot score it as it has no convolution"))) throw new Error();
 * if (failsCandidate(new TypeError("a defect"))) throw new Error();
 * ```
 */
export function failsCandidate(error: unknown): error is CandidateError | ShapeError | DeviceMemoryError {
  return error instanceof CandidateError || error instanceof ShapeError || error instanceof DeviceMemoryError;
}
