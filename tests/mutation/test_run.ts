/** Runs one file's tests in a process of its own. */
import type { TreeCopy } from "./tree.ts";

/** How a file's tests ended. */
export interface TestRun {
  /** The first test that failed, or in parentheses why there is none; undefined where all passed. */
  readonly failed: string | undefined;
  /** Wall time. */
  readonly ms: number;
}

/** How a file's tests are run. */
export interface TestRunOptions {
  readonly copy: TreeCopy;
  /** Wall time after which the process is killed. */
  readonly limitMs: number;
  /** Where to write coverage, of child processes too. */
  readonly coverage?: string;
  /** Kills the process. */
  readonly signal: AbortSignal;
}

/** Kills a process and its children that stayed in its group. */
function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(`${error}`)) throw error;
  }
}

/** What XML writes for some characters. */
const entities: Readonly<Record<string, string>> = { amp: "&", apos: "'", gt: ">", lt: "<", quot: '"' };

/** The first failed test of a JUnit report; examples are named by their file and lines. */
export function firstFailure(report: string, copyRoot: string): string | undefined {
  const [, name] = /<testcase name="([^"]*)"[^>]*>\s*<failure/.exec(report) ?? [];
  return name?.replace(/&(\w+);/g, (text, entity) => entities[entity] ?? text).replace(`file://${copyRoot}/`, "");
}

/** Runs the tests of a file, or the examples of its documentation. Throws the signal's reason when it is aborted. */
export async function runTests(file: string, options: TestRunOptions): Promise<TestRun> {
  const { copy, coverage, limitMs, signal } = options;
  const report = `${copy.temporary}/report.xml`, started = performance.now();
  signal.throwIfAborted();
  await Deno.remove(report).catch(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--doc",
      "-A",
      "-q",
      "--no-check",
      "--fail-fast",
      "--coverage-raw-data-only",
      `--junit-path=${report}`,
      file,
    ],
    cwd: copy.root,
    env: { NO_COLOR: "1", TMPDIR: copy.temporary, ...(coverage ? { DENO_COVERAGE_DIR: coverage } : {}) },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true, // a group of its own, so that its children can be killed with it
  }).spawn();
  let hung = false;
  const stop = (): void => killGroup(child.pid);
  const timer = setTimeout(() => (hung = true, stop()), limitMs);
  signal.addEventListener("abort", stop);
  const { success } = await child.status;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  stop();
  signal.throwIfAborted();
  const ms = Math.round(performance.now() - started);
  if (hung) return { failed: "(it ran past its time limit)", ms };
  const text = success ? "" : await Deno.readTextFile(report).catch(() => "");
  return { failed: success ? undefined : firstFailure(text, copy.root) ?? "(it did not load)", ms };
}
