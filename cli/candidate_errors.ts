/** Errors that say that a network has no score, through no fault of the proxy or the device. */

const names = new Set(["CandidateError", "ShapeError", "DeviceMemoryError"]);

/** Whether an error only fails the network that was being scored. */
export function failsCandidate(error: unknown): error is Error {
  return error instanceof Error && names.has(error.name);
}
