/**
 * The evolution of Zen-NAS (Lin et al., ICCV 2021), made deterministic under concurrency. Results enter the population in
 * the order of their proposals, and proposal i is drawn from Philox(seed, i) and from the population after the results of
 * the proposals up to i − window. So the search does not depend on how long the scorer takes, and a search that was
 * interrupted continues from its journal as if it had not been.
 */
import { Engine } from "./engine.ts";
import type { EvolutionOptions, Scorer } from "./evolution_options.ts";
import { type Asked, type Drawn, isAsked } from "./proposer.ts";
import type { SearchOutcome } from "./standing.ts";

/** What a promise resolves to; undefined once the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** A proposal with the verdict of the scorer, once it has one. */
function scored(asked: Asked, { engine, score }: { readonly engine: Engine; readonly score: Scorer }): Promise<Drawn> {
  const ask = async (): Promise<Drawn> => {
    try {
      return engine.settle(asked, await score(asked.tree, asked.candidate));
    } catch (error) {
      return engine.fail(asked, error);
    }
  };
  const drawn = ask();
  // The search awaits scores in order: a rejection before its turn must not count as unhandled.
  drawn.catch(() => undefined);
  return drawn;
}

/**
 * Searches until a limit is reached or the signal aborts. Proposals beyond the one that reaches a limit are never drawn.
 * Where every candidate fails from the start, the search ends after 16 of them, or `window` if that is more.
 *
 * Rejects with an error of `record`, and with an error of the scorer that does not fail its candidate alone; results before
 * that one are recorded.
 *
 * @example The structure with most layers among 200 proposals
 * ```ts
 * import { countLayers, evolve, parseStructure, publishedSpaces } from "@zennas/zennas";
 * const { best, proposals } = await evolve({
 *   space: publishedSpaces.XXBL,
 *   initial: [parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperConvK1BNRELU(16,32,1,1)")],
 *   budgets: [{ name: "layers", limit: 12, measure: countLayers }],
 *   population: 16, window: 4, seed: 1, maxProposals: 200,
 *   score: (structure) => Promise.resolve(countLayers(structure)),
 * });
 * if (proposals !== 200 || !best || best.score > 12) throw new Error(JSON.stringify(best));
 * ```
 */
export async function evolve(options: EvolutionOptions): Promise<SearchOutcome> {
  const engine = new Engine(options), { standing } = engine;
  const inFlight: (Drawn | Promise<Drawn>)[] = [];
  const draw = () => {
    const drawn = engine.draw();
    if (drawn) inFlight.push(isAsked(drawn) ? scored(drawn, { engine, score: options.score }) : drawn);
  };
  for (let ahead = 0; ahead < options.window; ahead++) draw();
  // One result enters, one proposal is drawn: so proposal i always sees exactly the results up to i − window.
  for (let head = inFlight.shift(); head; head = inFlight.shift()) {
    const drawn = head instanceof Promise ? await unlessAborted(head, options.abandon) : head;
    if (!drawn) return standing.outcome("aborted");
    const proposal = engine.enter(drawn);
    if (!drawn.replayed) {
      const recorded = options.record?.(proposal, standing);
      if (recorded) await recorded;
      options.onEvent?.(standing.event(proposal));
    }
    draw();
  }
  return standing.outcome(engine.stoppedBy);
}
