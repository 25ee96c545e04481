/** How runs are grouped and their dispatches submitted, without a device. */
import assert from "node:assert/strict";
import { GROUP_RUNS, groupSize, type PlacedDispatch, type PlanRun, portions } from "../../kernels/webgpu/group.ts";

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
