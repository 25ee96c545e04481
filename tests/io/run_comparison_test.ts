import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { compareRuns, createRun, openRunForReading, type Proposal, type RunComparison } from "@zennas/zennas";
import { differences } from "../../core/io/runs/differences.ts";
import { journalIn, search, smallConfig, TemporaryDirectory } from "./run_case.ts";

function compare(a: string, b: string): RunComparison {
  using first = openRunForReading(a), second = openRunForReading(b);
  return compareRuns(first, second);
}

/** A run with these settings, searched to its end. */
async function searched(directory: string, settings: object, device = "cpu"): Promise<string> {
  using store = createRun(directory, smallConfig(settings), { device });
  await search(store);
  return directory;
}

Deno.test("equal searches have no difference, and a longer one parts where the other ends", async () => {
  using temporary = new TemporaryDirectory();
  const at = (name: string): string => `${temporary.path}/${name}`;
  const a = await searched(at("a"), { maxProposals: 40 }), b = await searched(at("b"), { maxProposals: 40 });
  const same = compare(a, b);
  assert.deepEqual([same.config, same.machine, same.parting, same.common], [[], [], null, 40]);
  const long = compare(await searched(at("c"), { maxProposals: 60 }, "webgpu"), a);
  assert.deepEqual(long.config, [{ path: "maxProposals", a: 60, b: 40 }]);
  assert.deepEqual(long.machine, [{ path: "device", a: "webgpu", b: "cpu" }]);
  new DatabaseSync(`${at("b")}/run.sqlite`).exec(
    `UPDATE sessions SET machine = json_set(machine, '$.pid', 1, '$.os', 'x')`,
  );
  assert.deepEqual(compare(a, b).machine, [{ path: "os", a: Deno.build.os, b: "x" }]);
  assert.equal(long.common, 40);
  assert.deepEqual(long.parting, { index: 40, a: journalIn(at("c"))[40], b: null });
  assert.deepEqual([long.a.proposals, long.b.proposals], [60, 40]);
});

Deno.test("values differ by kind as well as by value, and one that is missing differs from none", () => {
  const found = differences({ a: 1, b: null, c: NaN, d: { e: 1 } }, { a: "1", c: NaN, d: {} });
  assert.deepEqual(found.map(({ path }) => path), ["a", "b", "d.e"]);
});

Deno.test("searches part at the first proposal in which structure, verdict, score or a part differs", () => {
  using temporary = new TemporaryDirectory();
  const first: Proposal = { index: 0, structure: "A", verdict: "scored", score: 1 };
  const second: Proposal = { index: 1, structure: "B", verdict: "scored", score: 2, parts: { zen: 1, naswot: 2 } };
  const write = (name: string, last: Proposal): string => {
    const directory = `${temporary.path}/${name}`;
    using store = createRun(directory, smallConfig({ seed: 7, budgets: { params: 5 } }));
    for (const proposal of [first, last, { ...first, index: 2 }]) store.append(proposal);
    return directory;
  };
  const whole = write("whole", second);
  const others: readonly Proposal[] = [
    { ...second, structure: "C" },
    { ...second, score: 2 + Number.EPSILON * 2 },
    { ...second, parts: { zen: 1, naswot: 3 } },
    { index: 1, structure: "B", verdict: "failed", reason: "broken" },
  ];
  for (const [number, other] of others.entries()) {
    const { parting, common } = compare(whole, write(`${number}`, other));
    assert.deepEqual(parting, { index: 1, a: second, b: other });
    assert.equal(common, 1);
  }
  using store = createRun(`${temporary.path}/seed`, smallConfig({ seed: 8 }));
  const { config } = compare(whole, store.directory);
  assert.deepEqual(config, [{ path: "budgets.params", a: 5, b: 300_000 }, { path: "seed", a: 7, b: 8 }]);
});
