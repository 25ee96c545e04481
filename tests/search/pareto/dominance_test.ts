/** Fronts, crowding and hypervolume against their definitions, on random points with ties. */
import assert from "node:assert/strict";
import {
  beats,
  beforehand,
  type Competitor,
  CrowdedPopulation,
  crowdingDistances,
  dominates,
  FrontArchive,
  frontsOf,
  hypervolume,
  nonDominated,
  Random,
  type Rated,
} from "@zennas/zennas";

/** Points on a coarse grid, so that many are equal in some or all numbers; a third break a constraint. */
function pointsOf(
  seed: number,
  { count, dimensions }: { readonly count: number; readonly dimensions: number },
): Competitor[] {
  const random = new Random(seed, dimensions);
  return Array.from({ length: count }, (_, index) => ({
    index,
    objectives: Array.from({ length: dimensions }, () => random.below(9)),
    violation: random.below(3) === 0 ? 1 + random.below(3) : 0,
  }));
}

const kinds = [1, 2, 3, 4].flatMap((dimensions) => [1, 2, 3, 4, 5].map((seed) => ({ dimensions, seed })));

/** The fronts by definition: those that none of the rest beats are taken away, again and again. */
function frontsByDefinition(points: readonly Competitor[]): number[][] {
  const fronts: number[][] = [];
  for (let rest = [...points]; rest.length > 0;) {
    const front = rest.filter((point) => !rest.some((other) => beats(other, point)));
    fronts.push(front.map(({ index }) => index).sort((a, b) => a - b));
    rest = rest.filter((point) => !front.includes(point));
  }
  return fronts;
}

Deno.test("a point beats another by constraints first, then by being nowhere worse and somewhere better", () => {
  const at = (violation: number, ...objectives: number[]): Rated => ({ objectives, violation });
  assert.ok(beats(at(0, 1, 2), at(0, 1, 3)) && !beats(at(0, 1, 3), at(0, 1, 2)));
  assert.ok(!beats(at(0, 1, 2), at(0, 1, 2)) && !beats(at(0, 1, 2), at(0, 2, 1)));
  assert.ok(beats(at(0, 9, 9), at(1, 1, 1)) && beats(at(1, 9, 9), at(2, 1, 1)) && !beats(at(2, 1, 1), at(1, 9, 9)));
  assert.ok(!beats(at(1, 1, 1), at(1, 9, 9)), "objectives do not count where constraints are broken alike");
});

Deno.test("fronts are those of the definition, whatever the number of objectives", () => {
  for (const { dimensions, seed } of kinds) {
    const points = pointsOf(seed, { count: 60, dimensions });
    const fronts = frontsOf(points.toSorted(beforehand)).map((front) => front.map(({ index }) => index));
    assert.deepEqual(fronts.map((front) => front.toSorted((a, b) => a - b)), frontsByDefinition(points));
    const feasible = points.map(({ objectives, index }) => ({ objectives, index, violation: 0 }));
    assert.deepEqual(nonDominated(feasible).map(({ index }) => index), frontsByDefinition(feasible)[0]);
    const archive = new FrontArchive<Competitor>();
    for (const point of feasible) archive.offer(point);
    assert.deepEqual(archive.points.map(({ index }) => index), frontsByDefinition(feasible)[0]);
  }
});

Deno.test("crowding is the sum of the neighbours' distances in shares of the range, and infinite at the ends", () => {
  const front = [[0, 10], [1, 6], [4, 4], [10, 0]].map((objectives) => ({ objectives, violation: 0 }));
  assert.deepEqual(crowdingDistances(front), [Infinity, 0.4 + 0.6, 0.9 + 0.6, Infinity]);
  assert.deepEqual(crowdingDistances(front.slice(0, 2)), [Infinity, Infinity]);
  assert.deepEqual(crowdingDistances([front[1]!, front[1]!, front[1]!]).filter(Number.isNaN), []);
  assert.deepEqual(crowdingDistances([]), []);
});

Deno.test("a full population drops the most crowded of the last front, and only it", () => {
  for (const { dimensions, seed } of kinds) {
    const population = new CrowdedPopulation<Competitor>(20);
    let held: readonly Competitor[] = [];
    for (const point of pointsOf(seed, { count: 120, dimensions })) {
      const all = [...held, point], stays = population.enter(point), kept = new Set(population.members);
      const dropped = all.filter((one) => !kept.has(one));
      assert.equal(dropped.length, Math.max(0, all.length - 20));
      assert.equal(stays, kept.has(point));
      const last = frontsByDefinition(all).at(-1)!.map((index) => all.find((one) => one.index === index)!);
      const distances = crowdingDistances(last.toSorted((a, b) => beforehand(a, b) || a.index - b.index));
      if (dropped[0]) {
        assert.ok(last.includes(dropped[0]));
        const position = last.toSorted((a, b) => beforehand(a, b) || a.index - b.index).indexOf(dropped[0]);
        assert.equal(distances[position], Math.min(...distances));
      }
      held = population.members;
      assert.deepEqual(
        population.front.map(({ index }) => index).toSorted((a, b) => a - b),
        frontsByDefinition(held)[0],
      );
    }
  }
});

Deno.test("members are in the order of their fronts, and a tournament takes the better of two", () => {
  const population = new CrowdedPopulation<Competitor>(30);
  for (const point of pointsOf(7, { count: 30, dimensions: 2 })) population.enter(point);
  const { members } = population, rank = new Map<number, number>();
  frontsByDefinition(members).forEach((front, place) => front.forEach((index) => rank.set(index, place)));
  const ranks = members.map(({ index }) => rank.get(index)!);
  assert.deepEqual(ranks, ranks.toSorted((a, b) => a - b));
  for (let decision = 0; decision < 50; decision++) {
    const random = new Random(1, decision), places = [random.below(30), random.below(30)];
    assert.equal(population.pick(new Random(1, decision)), members[Math.min(...places)]);
  }
  assert.throws(() => new CrowdedPopulation(0), RangeError);
});

/** The share of cells of a fine grid that a point dominates. */
function hypervolumeByCounting(points: readonly (readonly number[])[], reference: readonly number[]): number {
  let cells: number[][] = [[]];
  for (const bound of reference) {
    cells = cells.flatMap((cell) => Array.from({ length: bound }, (_, index) => [...cell, index]));
  }
  return cells.filter((cell) => points.some((point) => point.every((value, index) => value <= cell[index]!))).length;
}

Deno.test("the hypervolume is the number of dominated unit cells, and points beyond the reference add nothing", () => {
  for (const { dimensions, seed } of kinds) {
    const points = pointsOf(seed, { count: 12, dimensions }).map(({ objectives }) => objectives);
    for (const bound of [9, 7]) {
      const reference = new Array<number>(dimensions).fill(bound);
      assert.equal(hypervolume(points, reference), hypervolumeByCounting(points, reference), `${dimensions} ${seed}`);
    }
  }
  assert.equal(hypervolume([], [1, 1]), 0);
  assert.ok(!dominates([1, 1], [1, 1]));
});
