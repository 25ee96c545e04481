/** Which tests are run for a mutant, in which order and for how long. */

/** A file with tests, or with documentation whose examples are run, and how long it takes unmutated. */
export interface TestFile {
  readonly path: string;
  readonly ms: number;
}

const TEST_FILE = /(^|[/_.])test\.ts$/;

/** Whether the runner finds tests in a file: a test file, or one whose documentation holds examples. */
export function hasTests(path: string, text: string): boolean {
  if (TEST_FILE.test(path)) return true;
  return /\.(ts|md)$/.test(path) && /^[ \t]*(\*[ \t]*)?```(ts|typescript|js|javascript)\b(?!.*\bignore\b)/m.test(text);
}

/** A path's folders and its name without its ending. */
function words(path: string): Set<string> {
  return new Set(path.replace(/(_test)?\.\w+$/, "").split("/"));
}

/** How many folders and names of files a source and a test share. */
export function nearness(source: string, test: string): number {
  const own = words(source);
  return [...words(test)].filter((word) => own.has(word)).length;
}

/** A test file that runs a mutant's line. */
export interface Candidate extends TestFile {
  /** How many lines of the mutant's file it runs: many where it uses the file, few where it only loads it. */
  readonly linesRun: number;
}

/** How much likelier each shared folder makes it that a test catches the mutant: a guess that only sets the order. */
const LIKELIER = 3;

/** The same of examples in the documentation of another file. */
const EXAMPLE = 0.1;

/** How likely a test is to catch a mutant of a source, in no unit. */
function likelihood(source: string, { path, linesRun }: Candidate): number {
  const isForeignExample = path !== source && !TEST_FILE.test(path);
  return linesRun * LIKELIER ** nearness(source, path) * (isForeignExample ? EXAMPLE : 1);
}

/** The tests by the time that each is expected to take per caught mutant: cheap ones that use the file first. */
export function orderTests(source: string, tests: readonly Candidate[]): Candidate[] {
  const cost = (test: Candidate): number => test.ms / likelihood(source, test);
  return [...tests].sort((a, b) => cost(a) - cost(b) || (a.path < b.path ? -1 : 1));
}

/** Wall time after which a test counts as hanging. */
export function timeLimitMs({ ms }: TestFile): number {
  return Math.max(10_000, 4 * ms);
}

/** Whether a test may still start for a mutant; the first one always may. */
export function isAffordable(test: TestFile, spent: { readonly ms: number; readonly budgetMs: number }): boolean {
  return spent.ms === 0 || spent.ms + test.ms <= spent.budgetMs;
}
