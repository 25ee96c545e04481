import assert from "node:assert/strict";
import { Journal } from "./journal.ts";
import { findMutants } from "./mutants.ts";
import type { Result } from "./trial.ts";

const head = { tree: "a", budgetMs: 1 };
const [first, second] = findMutants("cli/b.ts", "f = 1 < 2;").map((mutant): Result => ({
  mutant,
  verdict: "survived",
  ms: 1,
  tried: [],
  untried: 0,
})) as [Result, Result];

/** The path of a journal that holds one result. */
function journalOfOne(folder: string): string {
  const path = `${folder}/journal.jsonl`;
  using journal = Journal.create(path, head);
  journal.add(first);
  return path;
}

async function withFolder(check: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a resumed journal holds what was tried and goes on after a line that was cut off", () =>
  withFolder((folder) => {
    const path = journalOfOne(folder);
    Deno.writeTextFileSync(path, '{"mutant":{"pa', { append: true });
    {
      using journal = Journal.resume(path, head);
      assert.deepEqual([journal.resultOf(first.mutant), journal.resultOf(second.mutant)], [first, undefined]);
      journal.add(second);
    }
    using journal = Journal.resume(path, head);
    assert.deepEqual([journal.resultOf(first.mutant), journal.resultOf(second.mutant)], [first, second]);
  }));

Deno.test("results of another tree or budget are not continued", () =>
  withFolder((folder) => {
    const path = journalOfOne(folder);
    assert.throws(() => Journal.resume(path, { ...head, tree: "b" }), /its tree must be b: got a/);
    assert.throws(() => Journal.resume(path, { ...head, budgetMs: 2 }), /its budgetMs must be 2: got 1/);
  }));

Deno.test("a journal that is there is not overwritten", () =>
  withFolder((folder) => {
    const path = journalOfOne(folder);
    assert.throws(() => Journal.create(path, head), Deno.errors.AlreadyExists);
  }));
