/** What can go wrong in a training beside its store, data and device. */

/** A loss or a weight became infinite or no number. */
export class DivergedError extends Error {
  static {
    this.prototype.name = "DivergedError";
  }

  /** The run's directory, which has the last weights that were numbers. */
  readonly directory: string;
  /** The step, counted from 1. */
  readonly step: number;

  /** Creates an error: the loss of a step, or the weights after it where there is none, are no finite numbers. */
  constructor(directory: string, { step, loss }: { readonly step: number; readonly loss: number | undefined }) {
    const got = loss === undefined ? "weights that are not" : `a loss of ${loss}`;
    super(`Cannot go on with training ${directory} as losses and weights must be finite: got ${got} at step ${step}`);
    this.directory = directory;
    this.step = step;
  }
}
