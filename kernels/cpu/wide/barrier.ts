/** How workers share the parts of phases, through a few words in shared memory. */

/** The words. */
const NEXT = 0, ARRIVED = 1, PHASE = 2;
/** How many words there are. */
export const CONTROL_WORDS = 3;
/** In place of the phase's number when a run is given up. */
const GIVEN_UP = -1;
/** Reads of the phase's number before a worker sleeps: some 10 µs. */
const SPINS = 2000;

/** Readies the words for a run; no worker may be in one. */
export function resetControl(control: Int32Array): void {
  for (let word = 0; word < CONTROL_WORDS; word++) Atomics.store(control, word, 0);
}

/** Lets every worker leave the run at its next barrier. */
export function giveUp(control: Int32Array): void {
  Atomics.store(control, PHASE, GIVEN_UP);
  Atomics.notify(control, PHASE);
}

/** Whether a run was given up. */
export const isGivenUp = (control: Int32Array): boolean => Atomics.load(control, PHASE) === GIVEN_UP;

/** The next part of a phase that nobody has taken; beyond the last one, a number that is too large. */
export const takePart = (control: Int32Array): number => Atomics.add(control, NEXT, 1);

/** Waits until all workers have ended a phase. The last to arrive lets the others go on. */
export function awaitOthers(control: Int32Array, { phase, workers }: {
  readonly phase: number;
  readonly workers: number;
}): void {
  if (Atomics.add(control, ARRIVED, 1) + 1 === workers * (phase + 1)) {
    Atomics.store(control, NEXT, 0);
    Atomics.compareExchange(control, PHASE, phase, phase + 1);
    Atomics.notify(control, PHASE);
    return;
  }
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, PHASE) !== phase) return;
  while (Atomics.load(control, PHASE) === phase) Atomics.wait(control, PHASE, phase);
}
