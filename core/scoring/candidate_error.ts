/** Which errors fail one candidate and let the work go on. */
import { DeviceMemoryError, UnsupportedOpError } from "../graph/backend.ts";
import { ShapeError } from "../graph/shape.ts";

/**
 * A proxy has no score for this candidate. A proxy of one's own throws it, or any other error, with the reason as its
 * message: the candidate fails, the journal of a search keeps the reason, and the other candidates are still scored.
 *
 * @example A proxy that has no score for deep networks
 * ```ts
 * import { CandidateError, loadPreset, parseStructure, type Proxy, scorerOf } from "@zennas/zennas";
 * import { evolve, publishedSpaces } from "@zennas/zennas";
 * const proxy: Proxy = {
 *   name: "shallow",
 *   summary: "layers of networks that have at most seven",
 *   variants: ["plain"],
 *   inputs: { batches: 0, labelled: false },
 *   needsBackend: false,
 *   score(design) {
 *     const { layers } = design.cost();
 *     if (layers > 7) throw new CandidateError(`Cannot score a deep network: got ${layers} layers`);
 *     return Promise.resolve({ value: layers });
 *   },
 * };
 * const config = await loadPreset("params-cifar-params1M", { maxProposals: 60 });
 * const { counts, failure } = await evolve({
 *   ...config,
 *   space: publishedSpaces.XXBL,
 *   initial: [config.initialStructure].flat().map((text) => parseStructure(text)),
 *   budgets: [],
 *   objectives: [],
 *   score: scorerOf(config, { proxy }),
 * });
 * if (counts.failed === 0 || counts.scored === 0) throw new Error(JSON.stringify(counts));
 * if (!/^Cannot score a deep network: got \d+ layers$/.test(failure!.reason)) throw new Error(failure!.reason);
 * ```
 */
export class CandidateError extends Error {
  static {
    this.prototype.name = "CandidateError";
  }
}

/** A proxy threw an error that it should not, or returned no score; `cause` is what it threw. */
export class ProxyError extends CandidateError {
  static {
    this.prototype.name = "ProxyError";
  }

  /** The proxy's name, or where its module is. */
  readonly proxy: string;
  /** The network that it failed on. */
  readonly structure: string;

  /** The proxy of this name or module failed on a structure, for a reason. */
  constructor(reason: string, { proxy, structure, ...options }: ErrorOptions & {
    readonly proxy: string;
    readonly structure: string;
  }) {
    super(`Cannot score by ${proxy} as ${reason}`, options);
    this.proxy = proxy;
    this.structure = structure;
  }
}

/**
 * Whether an error concerns this network alone: the proxy has no score for it, it cannot be built, or the device cannot
 * hold or run it. Such an error fails the candidate and the other candidates are still scored; any other error ends the
 * work. What else a proxy throws is made a {@link ProxyError} where it is called.
 *
 * @example
 * ```ts
 * import { CandidateError, failsCandidate } from "@zennas/zennas";
 * if (!failsCandidate(new CandidateError("Cannot score it as it has no convolution"))) throw new Error();
 * if (failsCandidate(new TypeError("a defect"))) throw new Error();
 * ```
 */
export function failsCandidate(
  error: unknown,
): error is CandidateError | ShapeError | DeviceMemoryError | UnsupportedOpError {
  return candidateErrors.some((one) => error instanceof one);
}

const candidateErrors = [CandidateError, ShapeError, DeviceMemoryError, UnsupportedOpError] as const;

/** Names of errors that say nothing of a network: of devices, permissions and of work that was stopped. */
const endingNames: ReadonlySet<string> = new Set([
  ...["AbortError", "DeviceLostError", "KernelError", "NoAdapterError", "NotCapable"],
]);

/** Whether an error that comes out of a proxy is not the proxy's: a device's, or one of the system, which has a code. */
export function endsWork(error: unknown): boolean {
  return error instanceof Error && (endingNames.has(error.name) || "code" in error && typeof error.code === "string");
}
