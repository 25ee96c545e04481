/**
 * Test problems with known fronts, and a genetic algorithm on real numbers around the population that searches use. ZDT1 … 3:
 * Zitzler, Deb and Thiele, "Comparison of multiobjective evolutionary algorithms", Evolutionary Computation 2000. DTLZ2: Deb et
 * al., "Scalable multi-objective optimization test problems", CEC 2002. Crossover and mutation: Deb and Agrawal, 1995, and Deb,
 * 2001, with the distribution indices 20 and probabilities 0.9 and 1/n of the NSGA-II paper.
 */
import { type Competitor, CrowdedPopulation, Random } from "@zennas/zennas";

/** A problem on [0, 1]^variables. */
export interface Problem {
  readonly variables: number;
  readonly objectives: (x: readonly number[]) => readonly number[];
  /** The hypervolume of the true front up to 1.1 in each objective. */
  readonly best: number;
}

const tail = (x: readonly number[]): number =>
  1 + 9 * x.slice(1).reduce((sum, value) => sum + value, 0) / (x.length - 1);

/** The hypervolume up to (1.1, 1.1) of the curve y(x), x from 0 to 1, by 10^6 strips. */
function areaAbove(curve: (x: number) => number): number {
  const strips = 1_000_000;
  let sum = 0, lowest = 1.1;
  for (let strip = 0; strip < strips; strip++) {
    lowest = Math.min(lowest, curve((strip + 0.5) / strips));
    sum += (1.1 - lowest) / strips;
  }
  return sum + 0.1 * (1.1 - lowest);
}

const zdt3 = (x: number): number => 1 - Math.sqrt(x) - x * Math.sin(10 * Math.PI * x);

export const problems: Readonly<Record<string, Problem>> = {
  // The front is y = 1 − √x: ∫ (0.1 + √x) dx over 0 … 1, and 0.1 · 1.1 behind.
  ZDT1: {
    variables: 30,
    objectives: (x) => [x[0]!, tail(x) * (1 - Math.sqrt(x[0]! / tail(x)))],
    best: 0.1 + 2 / 3 + 0.11,
  },
  // y = 1 − x²: ∫ (0.1 + x²) dx, and 0.1 · 1.1 behind.
  ZDT2: {
    variables: 30,
    objectives: (x) => [x[0]!, tail(x) * (1 - (x[0]! / tail(x)) ** 2)],
    best: 0.1 + 1 / 3 + 0.11,
  },
  // The parts of the curve that nothing on it dominates.
  ZDT3: {
    variables: 30,
    objectives: (x) => {
      const g = tail(x), ratio = x[0]! / g;
      return [x[0]!, g * (1 - Math.sqrt(ratio) - ratio * Math.sin(10 * Math.PI * x[0]!))];
    },
    best: areaAbove(zdt3),
  },
  // The front is an eighth of the unit ball's surface: 1.1³ without an eighth of the ball.
  DTLZ2: {
    variables: 12,
    objectives: (x) => {
      const g = x.slice(2).reduce((sum, value) => sum + (value - 0.5) ** 2, 0);
      const [a, b] = [x[0]!, x[1]!].map((value) => value * Math.PI / 2) as [number, number];
      return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)].map((value) => (1 + g) * value);
    },
    best: 1.331 - Math.PI / 6,
  },
};

const INDEX = 20, CROSSOVER = 0.9;

/** Uniform numbers for genomes (Mulberry32), as there are a hundred of them a child. */
class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Simulated binary crossover; one child. */
function crossed(a: readonly number[], b: readonly number[], numbers: Numbers): readonly number[] {
  if (numbers.next() >= CROSSOVER) return a;
  return a.map((value, index) => {
    if (numbers.next() < 0.5) return value;
    const u = numbers.next(), spread = u <= 0.5 ? (2 * u) ** (1 / (INDEX + 1)) : (2 - 2 * u) ** (-1 / (INDEX + 1));
    const side = numbers.next() < 0.5 ? 1 : -1;
    return clamp(0.5 * ((1 + side * spread) * value + (1 - side * spread) * b[index]!));
  });
}

/** Polynomial mutation. */
function mutated(x: readonly number[], numbers: Numbers): readonly number[] {
  return x.map((value) => {
    if (numbers.next() >= 1 / x.length) return value;
    const u = numbers.next();
    const step = u < 0.5 ? (2 * u) ** (1 / (INDEX + 1)) - 1 : 1 - (2 - 2 * u) ** (1 / (INDEX + 1));
    return clamp(value + step);
  });
}

interface Real extends Competitor {
  readonly x: readonly number[];
}

/** The objectives of all points that a genetic algorithm tries, and of those that are left in its population. */
export function solve(
  problem: Problem,
  { size, evaluations, seed }: { readonly size: number; readonly evaluations: number; readonly seed: number },
): { readonly tried: readonly (readonly number[])[]; readonly left: readonly (readonly number[])[] } {
  const population = new CrowdedPopulation<Real>(size), tried: (readonly number[])[] = [], numbers = new Numbers(seed);
  for (let index = 0; index < evaluations; index++) {
    const random = new Random(seed, index);
    const x = index < size
      ? Array.from({ length: problem.variables }, () => numbers.next())
      : mutated(crossed(population.pick(random).x, population.pick(random).x, numbers), numbers);
    const objectives = problem.objectives(x);
    tried.push(objectives);
    population.enter({ index, x, objectives, violation: 0 });
  }
  return { tried, left: population.front.map(({ objectives }) => objectives) };
}
