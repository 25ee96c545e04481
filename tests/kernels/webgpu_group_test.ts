/** How runs are grouped and their dispatches submitted, without a device. */
import assert from "node:assert/strict";
import {
  cutResults,
  GROUP_RUNS,
  groupSize,
  layOutGroup,
  type PlacedDispatch,
  type PlanRun,
  portions,
  writeWords,
} from "../../kernels/webgpu/group.ts";

/** A queue of runs that upload so many elements. */
const queueOf = (uploads: readonly number[]) =>
  uploads.map((length) => ({ uploads: { length } }) as unknown as PlanRun);

Deno.test("a group is as many runs as its limits let in, and at least one", () => {
  const most = 2 ** 22;
  assert.equal(groupSize(queueOf([])), 0);
  assert.equal(groupSize(queueOf([most + 1, 1])), 1);
  assert.equal(groupSize(queueOf([most - 1, 1, 1])), 2);
  assert.equal(groupSize(queueOf([1, most, 1])), 1);
  assert.equal(groupSize(queueOf(Array(40).fill(1))), GROUP_RUNS);
});

/** The portions, by the place of their dispatches. */
function cut(macs: readonly number[], limit: number): number[][] {
  const placed = macs.map((macs, start) => ({ dispatch: { macs }, start }) as unknown as PlacedDispatch);
  return portions(placed, limit).map((portion) => portion.map(({ start }) => start));
}

Deno.test("a submission ends with the dispatch that reaches the limit, and every dispatch is in one", () => {
  assert.deepEqual(cut([], 10), []);
  assert.deepEqual(cut([0, 0, 0], 10), [[0, 1, 2]]);
  assert.deepEqual(cut([4, 5, 1, 9, 0, 1, 3], 10), [[0, 1, 2], [3, 4, 5], [6]]);
  assert.deepEqual(cut([25, 9, 30, 10, 2], 10), [[0], [1, 2], [3], [4]]);
});

/** Two runs of plans with seeds, a draw, and places of uploads and results among their parameters. */
const runs = [
  {
    plan: { words: Uint32Array.of(10, 11, 12), outputs: [2, 3], patches: [] },
    options: {},
    uploads: new Float32Array(4),
  },
  {
    plan: {
      words: Uint32Array.of(0, 0, 0, 7, 8, 0, 0, 0),
      outputs: [1],
      patches: [
        ...[0, 1, 2].map((word) => ({ word, by: "seed" })),
        { word: 3, by: "upload" },
        { word: 4, by: "result" },
        ...[5, 6, 7].map((word) => ({ word, by: "seed" })),
      ],
    },
    options: { seed: 2 ** 33 + 5, draw: 9 },
    uploads: new Float32Array(6),
  },
] as unknown as readonly [PlanRun, PlanRun];

Deno.test("runs of a group lie one after the other, and their parameters say where", () => {
  const layout = layOutGroup(runs);
  assert.deepEqual(layout, {
    ...{ words: [0, 3], uploads: [0, 4], results: [0, 5] },
    totals: { words: 11, uploads: 10, results: 6 },
  });
  const words = new Uint32Array(11);
  runs.forEach((run, index) => writeWords(run, index, { layout, words }));
  assert.deepEqual([...words], [10, 11, 12, 5, 2, 9, 7 + 4, 8 + 5, 5, 2, 9]);
  const plain = { ...runs[1], options: {} };
  writeWords(plain, 1, { layout, words });
  assert.deepEqual([...words.subarray(3, 6)], [0, 0, 0]);
});

Deno.test("a group's results are cut into each run's outputs", () => {
  const results = Float32Array.from({ length: 6 }, (_, index) => index);
  const outputs = cutResults(runs, layOutGroup(runs), results);
  assert.deepEqual(outputs.map((run) => run.map((output) => [...output])), [[[0, 1], [2, 3, 4]], [[5]]]);
});
