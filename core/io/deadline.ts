/** A limit on the time that foreign code may take. */
import { CandidateError } from "../scoring/mod.ts";

/** How long what may take. */
export interface TimeLimit {
  /** What it is, as in "Cannot …", such as `score by ./my_proxy.ts`. */
  readonly what: string;
  /** The canonical string of the candidate, where it is about one. */
  readonly structure?: string;
  /** Seconds. */
  readonly seconds: number;
}

/** A proxy or module took too long. */
export class NoAnswerError extends CandidateError {
  static {
    this.prototype.name = "NoAnswerError";
  }

  /** The seconds that it had. */
  readonly seconds: number;
  /** The candidate, where it was about one. */
  readonly structure: string | undefined;

  /** This was not done within its time. */
  constructor({ what, structure, seconds }: TimeLimit) {
    super(`Cannot ${what} as it did not answer within ${seconds} s`);
    this.seconds = seconds;
    this.structure = structure;
  }
}

/** The longest time of a timer, milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * What work resolves to; rejects with NoAnswerError after the time, and then no longer waits for the work. Work that
 * blocks its thread also blocks this timer.
 *
 * @example
 * ```ts
 * import { NoAnswerError, withinSeconds } from "@zennas/zennas";
 * const limit = { what: "score by mine", seconds: 0.01 };
 * const error = await withinSeconds(() => new Promise(() => {}), limit).catch((error) => error);
 * if (!(error instanceof NoAnswerError)) throw error;
 * ```
 */
export async function withinSeconds<T>(work: () => Promise<T>, limit: TimeLimit): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswerError(limit)), Math.min(1000 * limit.seconds, LONGEST_MS));
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
