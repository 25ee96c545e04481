/** Measures which tests run which lines, once: what was measured is kept until a file that the tests loaded changes. */
import { join } from "node:path";
import { type Candidate, hasTests, type TestFile } from "./choice.ts";
import { countLines, coveredLines, includesLine, type LineRange } from "./lcov.ts";
import { runTests } from "./test_run.ts";
import { hashOf, outputOf, root, type TreeCopy } from "./tree.ts";

/** Wall time after which a run for measurements is given up. Code that computes much is ten times as slow with coverage. */
const LIMIT_MS = 1_200_000;

/** What is known of one file with tests. */
export interface Measurement extends TestFile {
  /** Why it cannot be used: a test that fails unmutated; absent where it can. */
  readonly problem?: string | undefined;
  /** What it loaded, in its child processes and workers too: the hash of each file and the lines that ran. */
  readonly loaded: Readonly<Record<string, { readonly hash: string; readonly lines: readonly LineRange[] }>>;
}

/** The files of the tree that have tests. */
export function testFiles(files: ReadonlyMap<string, Uint8Array>): string[] {
  const decoder = new TextDecoder();
  return [...files].filter(([path, content]) => hasTests(path, decoder.decode(content))).map(([path]) => path);
}

/** Where measurements of this repository are kept. */
function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") || join(Deno.env.get("HOME") ?? "/tmp", ".cache");
  return join(base, "zennas-mutation", hashOf(root).slice(0, 16));
}

/** Names the form of what is kept: what an older program measured is measured again. */
const FORM = "2";

const cacheFile = (path: string): string => join(cacheFolder(), `${path.replaceAll("/", "__")}.${FORM}.json`);

/** Whether all that a test file loaded is as it was measured. */
function isCurrent({ loaded }: Measurement, files: ReadonlyMap<string, Uint8Array>): boolean {
  return Object.entries(loaded).every(([path, { hash }]) => files.has(path) && hashOf(files.get(path)!) === hash);
}

/** The kept measurement of a test file, where it still holds. */
export async function keptMeasurement(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Measurement | undefined> {
  const text = await Deno.readTextFile(cacheFile(path)).catch(() => undefined);
  const kept = text === undefined ? undefined : JSON.parse(text) as Measurement;
  return kept && kept.problem === undefined && isCurrent(kept, files) ? kept : undefined;
}

/** What a measurement needs. */
export interface MeasureOptions {
  readonly copy: TreeCopy;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly signal: AbortSignal;
}

/** The lines of the tree's files that a report of coverage says ran. */
async function readLoaded(coverage: string, { copy, files }: MeasureOptions): Promise<Measurement["loaded"]> {
  const report = `${copy.temporary}/lcov.info`;
  const made = await outputOf(Deno.execPath(), ["coverage", "-q", "--lcov", `--output=${report}`, coverage]).then(
    () => true,
    (error: Error) => {
      if (error.message.includes("No covered files")) return false; // tests that load none of the tree's files
      throw error;
    },
  );
  const lcov = made ? await Deno.readTextFile(report) : "";
  const covered = [...coveredLines(lcov, copy.root)].filter(([file]) => files.has(file));
  return Object.fromEntries(covered.map(([file, lines]) => [file, { hash: hashOf(files.get(file)!), lines }]));
}

/** Runs a test file alone, once for its time and once with coverage, and keeps what was measured. */
export async function measure(path: string, options: MeasureOptions): Promise<Measurement> {
  const { copy, files, signal } = options, coverage = `${copy.temporary}/coverage`;
  const plain = await runTests(path, { copy, signal, limitMs: LIMIT_MS });
  const { failed: problem } = plain.failed
    ? plain
    : await runTests(path, { copy, coverage, signal, limitMs: LIMIT_MS });
  const own = { [path]: { hash: hashOf(files.get(path)!), lines: [] } };
  const loaded = problem ? own : { ...own, ...await readLoaded(coverage, options) };
  await Deno.remove(coverage, { recursive: true }).catch(() => {});
  const measured: Measurement = { path, ms: plain.ms, problem, loaded };
  await Deno.mkdir(cacheFolder(), { recursive: true });
  await Deno.writeTextFile(`${cacheFile(path)}.part`, JSON.stringify(measured));
  await Deno.rename(`${cacheFile(path)}.part`, cacheFile(path));
  return measured;
}

/** The tests that pass unmutated and run a line. */
export function testsOfLine(
  measurements: readonly Measurement[],
  { path, line }: { readonly path: string; readonly line: number },
): Candidate[] {
  return measurements.flatMap(({ path: test, ms, problem, loaded }) => {
    const lines = loaded[path]?.lines ?? [];
    return problem === undefined && includesLine(lines, line) ? [{ path: test, ms, linesRun: countLines(lines) }] : [];
  });
}
