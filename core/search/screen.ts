/** Screens: cheap looks at candidates, of which only the best share goes on to the scorer. */
import type { Structure } from "../networks/masternet/mod.ts";

/** A free proxy before the dear one. */
export interface Screen {
  /** What it is called, such as `mae_det`. */
  readonly name: string;
  /** The share of candidates that goes on, above 0 and at most 1; those that tie with the last of it go on too. */
  readonly share: number;
  /** What it thinks of a structure, higher is better; must depend on the structure alone. May throw ShapeError. */
  measure(structure: Structure): number;
}

/** A candidate that a screen keeps back. */
export interface Dropped {
  /** The screen's name. */
  readonly screen: string;
  /** What it thinks of the candidate. */
  readonly value: number;
  /** The least that would have gone on. */
  readonly bar: number;
}

/** How many candidates a screen compares one with, itself included: the latest that came to it. */
export const SCREEN_WINDOW = 64;

/** One screen and what it thought of its latest candidates. */
class ScreenWindow {
  readonly screen: Screen;
  readonly #latest: number[] = [];

  constructor(screen: Screen) {
    this.screen = screen;
  }

  /** Takes note of a value and returns the least that is among the screen's share of the latest ones. */
  barWith(value: number): number {
    this.#latest.push(value);
    if (this.#latest.length > SCREEN_WINDOW) this.#latest.shift();
    const kept = Math.ceil(this.screen.share * this.#latest.length);
    return [...this.#latest].sort((a, b) => b - a)[kept - 1]!;
  }
}

/**
 * The screens of a search, one behind the other. Whether a candidate goes on depends on it and on the candidates before it
 * alone, in proposal order.
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

  /** Screens that have seen nothing. Throws RangeError for a share that is none. */
  constructor(screens: readonly Screen[]) {
    for (const { share } of screens) {
      if (!(share > 0 && share <= 1)) throw new RangeError(`Cannot screen by a share outside 0 … 1: got ${share}`);
    }
    this.#windows = screens.map((screen) => new ScreenWindow(screen));
  }

  /** The first screen that keeps the next candidate back; undefined if it goes on. Throws what `measure` throws. */
  dropped(structure: Structure): Dropped | undefined {
    for (const window of this.#windows) {
      const { name, measure } = window.screen, value = measure(structure), bar = window.barWith(value);
      if (!(value >= bar)) return { screen: name, value, bar };
    }
    return undefined;
  }
}
