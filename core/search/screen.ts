/** Screens: free proxies, those that only count, let the best share of candidates pass to the scorer. */
import type { Structure } from "../networks/masternet/mod.ts";

/** A free proxy that candidates pass before they are scored. */
export interface Screen {
  /** What it is called, such as `mae_det`. */
  readonly name: string;
  /** The share of candidates that passes, above 0 and at most 1; those with the same value as the last of them pass too. */
  readonly share: number;
  /** The value of a structure, higher is better; must depend on the structure alone. May throw ShapeError. */
  measure(structure: Structure): number;
}

/** Why a screen drops a candidate. */
export interface Dropped {
  /** The screen's name. */
  readonly screen: string;
  /** Its value of the candidate. */
  readonly value: number;
  /** The least value that would have passed. */
  readonly bar: number;
}

/** A screen ranks a candidate among so many: itself and the latest that the screen was given before it. */
export const SCREEN_WINDOW = 64;

/** One screen and the values of its latest candidates. */
class ScreenWindow {
  readonly screen: Screen;
  readonly #latest: number[] = [];

  constructor(screen: Screen) {
    this.screen = screen;
  }

  /** Adds a value and returns the least value among the screen's share of the latest ones. */
  barWith(value: number): number {
    this.#latest.push(value);
    if (this.#latest.length > SCREEN_WINDOW) this.#latest.shift();
    const kept = Math.ceil(this.screen.share * this.#latest.length);
    return [...this.#latest].sort((a, b) => b - a)[kept - 1]!;
  }
}

/**
 * The screens of a search: each is given what passed the one before. Whether a candidate passes depends on it and on the
 * candidates before it, in the order of proposals, and on nothing else.
 *
 * @example
 * ```ts
 * import { countLayers, parseStructure, Screening } from "@zennas/zennas";
 * const screening = new Screening([{ name: "layers", share: 0.5, measure: countLayers }]);
 * const [deep, shallow] = [3, 1].map((layers) => parseStructure(`SuperConvK3BNRELU(3,8,1,${layers})`));
 * if (screening.dropped(deep!) || screening.dropped(shallow!)?.bar !== 3) throw new Error();
 * ```
 */
export class Screening {
  readonly #windows: readonly ScreenWindow[];

  /** Screens without candidates. Throws RangeError for a share outside 0 … 1. */
  constructor(screens: readonly Screen[]) {
    for (const { share } of screens) {
      if (!(share > 0 && share <= 1)) throw new RangeError(`Cannot screen by a share outside 0 … 1: got ${share}`);
    }
    this.#windows = screens.map((screen) => new ScreenWindow(screen));
  }

  /** The first screen that drops the next candidate, and why; undefined if it passes all. Throws what `measure` throws. */
  dropped(structure: Structure): Dropped | undefined {
    for (const window of this.#windows) {
      const { name, measure } = window.screen, value = measure(structure), bar = window.barWith(value);
      if (!(value >= bar)) return { screen: name, value, bar };
    }
    return undefined;
  }
}
