/** Which errors fail one candidate and no more. */
import { DeviceMemoryError } from "../graph/backend.ts";
import { ShapeError } from "../graph/shape.ts";

/** A candidate cannot be scored, through no fault of the scorer. */
export class CandidateError extends Error {
  /** The error's class. */
  override readonly name = "CandidateError";
}

/**
 * Whether an error says that the network has no score: it cannot be scored, cannot be built, or does not fit the device.
 * Such an error fails the candidate, and whatever else is scored goes on; any other is the scorer's own and ends the work.
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
