/** A search that is driven from outside: it says what to score next, and is told the score. */
import { type BudgetModels, budgetsOf } from "./budgets.ts";
import type { SearchConfig } from "./config.ts";
import { ConfigError } from "../settings/config_error.ts";
import { Engine } from "./engine.ts";
import type { EvolutionOptions, ScorerResult, SearchEvent } from "./evolution_options.ts";
import { initialStructures } from "./initial_structures.ts";
import { objectivesOf } from "./objectives.ts";
import type { Proposal } from "./proposal.ts";
import { type Asked, type Drawn, isAsked } from "./proposer.ts";
import type { Space } from "./space.ts";
import { spaces } from "./space_registry.ts";
import { screensOf } from "./scorer.ts";
import type { SearchOutcome } from "./standing.ts";

/** A candidate that is to be scored: its proposal's number, its structure, and in a race the least preliminary score. */
export type AskedCandidate = readonly [index: number, structure: string, bar?: number];

/** What a search that is driven from outside needs beside its configuration. */
export interface OpenSearchOptions
  extends BudgetModels, Pick<EvolutionOptions, "journal" | "screens" | "ranking" | "timeIsUp"> {
  /** Default: the configuration's, by name. */
  readonly space?: Space | undefined;
  /** Called with each new proposal in order, once it has its verdict. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
}

/** A proposal whose score is awaited, or its verdict. */
interface Slot {
  readonly asked: Asked | undefined;
  drawn: Drawn | undefined;
}

/**
 * A search that asks for scores. It makes the proposals of `evolve` with the same settings, seed and scores: up to `window`
 * candidates may be asked for before the first of them is told, and they may be told in any order.
 *
 * @example
 * ```ts
 * import { countLayers, loadPreset, openSearch, parseStructure } from "@zennas/zennas";
 * const config = await loadPreset("params-cifar-params1M", { seed: 1, population: 32, maxEvaluations: 50 });
 * const search = openSearch(config);
 * for (let asked = search.ask(); asked; asked = search.ask()) {
 *   const [index, structure] = asked;
 *   search.tell(index, countLayers(parseStructure(structure)));
 * }
 * const { best, evaluations } = search.outcome();
 * if (evaluations !== 50 || !best || best.score < 10) throw new Error(JSON.stringify(best));
 * ```
 */
export class OpenSearch {
  readonly #engine: Engine;
  readonly #onEvent: OpenSearchOptions["onEvent"];
  readonly #window: number;
  /** In the order of proposals; at most `window`. */
  readonly #slots: Slot[] = [];
  /** Those among them that were not given out yet, and those that were. */
  readonly #waiting: Slot[] = [];
  readonly #given = new Map<number, Slot>();
  #ended = false;

  /** Draws the first proposals. Throws what `evolve` rejects with. */
  constructor(options: Omit<EvolutionOptions, "score" | "record" | "abandon" | "signal">) {
    this.#engine = new Engine(options);
    this.#onEvent = options.onEvent;
    this.#window = options.window;
    for (let ahead = 0; ahead < this.#window; ahead++) this.#draw();
    this.#settle();
  }

  /**
   * The next candidate to be scored; undefined when the search has drawn its last one. Throws RangeError where `window`
   * candidates are without a score, as what comes next depends on theirs.
   */
  ask(): AskedCandidate | undefined {
    const slot = this.#waiting.shift();
    if (slot) return this.#give(slot);
    if (this.#ended) return undefined;
    throw new RangeError(
      `Cannot ask for a candidate as the next proposal depends on scores that were not told: got ${this.#given.size} of them`,
    );
  }

  /**
   * The score of a candidate, with parts perhaps, or an error that fails this candidate alone. Throws RangeError for a number
   * that was not asked for or that was told before, and rethrows an error that does not fail its candidate alone.
   */
  tell(index: number, result: ScorerResult | Error): void {
    const slot = this.#given.get(index);
    if (!slot?.asked) {
      throw new RangeError(`Cannot tell a score as its candidate was not asked for: got proposal ${index}`);
    }
    slot.drawn = result instanceof Error
      ? this.#engine.fail(slot.asked, result)
      : this.#engine.settle(slot.asked, result);
    this.#given.delete(index);
    this.#settle();
  }

  /** What the search has found so far; proposals whose score is awaited, and those behind them, are not counted. */
  outcome(): SearchOutcome {
    return this.#engine.standing.outcome(this.#ended ? this.#engine.stoppedBy : "aborted");
  }

  #give(slot: Slot): AskedCandidate {
    const { index, structure, bar } = slot.asked!.candidate;
    this.#given.set(index, slot);
    return bar === undefined ? [index, structure] : [index, structure, bar];
  }

  #draw(): void {
    const drawn = this.#engine.draw();
    if (!drawn) return void (this.#ended = true);
    const slot: Slot = isAsked(drawn) ? { asked: drawn, drawn: undefined } : { asked: undefined, drawn };
    this.#slots.push(slot);
    if (slot.asked) this.#waiting.push(slot);
  }

  /** Lets the results enter that are next in order, and draws one proposal for each. */
  #settle(): void {
    for (let drawn = this.#slots[0]?.drawn; drawn; drawn = this.#slots[0]?.drawn) {
      this.#slots.shift();
      const proposal: Proposal = this.#engine.enter(drawn);
      if (!drawn.replayed) this.#onEvent?.(this.#engine.standing.event(proposal));
      this.#draw();
    }
  }
}

/** The space that a configuration names. Throws ConfigError. */
function namedSpace(name: string): Space {
  const space = spaces.get(name);
  if (space) return space;
  throw new ConfigError("settings", [{ path: "space", expected: [...spaces.keys()].join(", "), got: name }]);
}

/**
 * Opens the search of a configuration, to be driven by `ask` and `tell`. Its proxies are not computed, but for those of its
 * cascade; a search with several objectives is told the scores of other proxies as parts. `maxSeconds` needs `timeIsUp`. Throws
 * ConfigError, MissingLatencyModelError.
 */
export function openSearch(config: SearchConfig, options: OpenSearchOptions = {}): OpenSearch {
  const { space = namedSpace(config.space), screens = screensOf(config), journal, ranking, timeIsUp, onEvent } =
    options;
  const { population, window, seed, maxProposals, maxEvaluations, patience, race, crossover } = config;
  return new OpenSearch({
    ...{ population, window, seed, maxProposals, maxEvaluations, patience, race, crossover },
    ...{ space, journal, screens, ranking, timeIsUp, onEvent },
    initial: initialStructures(config),
    budgets: budgetsOf(config, options),
    objectives: objectivesOf(config),
  });
}
