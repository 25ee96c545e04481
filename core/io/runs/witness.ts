/** Scores a candidate of a run's journal again, to see whether it still gets the same score. */
import { parseStructure } from "../../networks/masternet/mod.ts";
import { failsCandidate } from "../../scoring/mod.ts";
import type { Proposal, Scorer } from "../../search/mod.ts";
import { type RunChange, RunChangedError } from "./identity.ts";
import type { RunStore } from "./store.ts";

/**
 * Scores the first scored candidate of a run again, as hashes and versions do not tell everything: code that was edited
 * within a version, packages of a module, a driver or Deno that was updated. Where the bits differ, rejects with
 * RunChangedError or, if the change is to be accepted, records it. A later check takes a candidate that was scored after it.
 */
export async function checkScores(
  store: RunStore,
  score: Scorer,
  { acceptChange }: { readonly acceptChange: boolean },
): Promise<void> {
  const witness = store.firstScored(), change = witness && await changeOf(witness, { score, store });
  if (!change) return;
  if (!acceptChange) throw new RunChangedError(store.directory, [change]);
  store.accept(change);
}

async function changeOf(
  witness: Proposal,
  { score, store }: { readonly score: Scorer; readonly store: RunStore },
): Promise<RunChange | undefined> {
  if (witness.verdict !== "scored") return undefined;
  const { index, structure, parts = {} } = witness, part = `the score of proposal ${index}`;
  try {
    const result = await score(parseStructure(structure), { index, structure });
    const [was, is] = typeof result === "number" || !("parts" in result)
      ? [witness.score, result]
      // Beside scores that are objectives, the journal has costs too.
      : store.config.objectives
      ? [{ score: witness.score, ...parts }, { score: result.score, ...parts, ...result.parts }]
      // Of a score that ranks, the journal has the rank, and the parts that it was made of.
      : [parts, result.parts];
    const texts = { was: JSON.stringify(was), is: JSON.stringify(is) };
    return texts.was === texts.is ? undefined : { part, ...texts };
  } catch (error) {
    if (!failsCandidate(error)) throw error;
    return { part, was: `${witness.score}`, is: `none (${error.message})` };
  }
}
