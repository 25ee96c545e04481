/** The front of everything that was tried, whatever a population keeps of it. */
import { dominates } from "./dominance.ts";

/** A point of a front. */
export interface FrontPoint {
  /** One number an objective, lower is better. */
  readonly objectives: readonly number[];
}

/**
 * The points that no other one offered dominates, in the order in which they were offered; equal points are all kept.
 *
 * @example
 * ```ts
 * import { FrontArchive } from "@zennas/zennas";
 * const archive = new FrontArchive();
 * const kept = [[2, 2], [1, 3], [3, 3], [1, 1]].map((objectives) => archive.offer({ objectives }));
 * if (kept.join() !== "true,true,false,true" || archive.points.length !== 1) throw new Error();
 * ```
 */
export class FrontArchive<T extends FrontPoint = FrontPoint> {
  #points: T[] = [];

  /** The front. */
  get points(): readonly T[] {
    return this.#points;
  }

  /** Adds a point unless the front dominates it, and takes out what it dominates; returns whether it was added. */
  offer(point: T): boolean {
    const { objectives } = point;
    if (this.#points.some((one) => dominates(one.objectives, objectives))) return false;
    this.#points = this.#points.filter((one) => !dominates(objectives, one.objectives));
    this.#points.push(point);
    return true;
  }
}
