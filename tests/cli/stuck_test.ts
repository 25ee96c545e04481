/** Proxies and modules that fail, never answer or block their thread, and Ctrl-C while they do. */
import assert from "node:assert/strict";
import { journalIn, TemporaryDirectory } from "../io/run_case.ts";
import { everyRow } from "../scale.ts";
import { permissions, zen, zenJson } from "./zen.ts";

/** Blocks the thread for good, and leaves the processor to others. */
const BLOCK = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";

const MODULE = `
  const design = { name: "mine", summary: "", variants: ["plain"], inputs: { batches: 0, labelled: false } };
  const block = () => { ${BLOCK} };
  const never = () => new Promise(() => {});
  const later = () => new Promise((resolve) => setTimeout(resolve, 5));
  let asked = 0;
`;

/** Writes a proxy whose score of a design with so many layers is this expression. */
function proxyIn(folder: string, expression: string): string {
  const path = `${folder}/mine.ts`;
  const score = `score({ text, cost }) { asked++; const { layers } = cost(); return ${expression}; }`;
  Deno.writeTextFileSync(path, `${MODULE} export const proxy = { ...design, needsBackend: false, ${score} };`);
  return path;
}

function searchArgs(proxy: string, out: string, more: readonly string[] = []): string[] {
  const small = ["--max-evaluations", "40", "--population", "12", "--window", "4", "--seed", "1"];
  return ["search", "--preset", "params-cifar-params1M", "--proxy", proxy, ...small, "--out", out, ...more];
}

/** The last line but hints that a command wrote to stderr. */
const errorOf = (stderr: string): string => stderr.split("\n").find((line) => line.startsWith("zen: ")) ?? stderr;

Deno.test("a candidate that a proxy throws for, or never answers for, fails alone, and a resume does not repeat it", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, out = `${path}/run`;
  const proxy = proxyIn(path, `layers % 4 === 1 ? never() : layers % 4 === 3 ? layers.missing() : { value: layers }`);
  const { code, stderr } = await zen(searchArgs(proxy, out, ["--timeout", "0.3"]));
  assert.equal(code, 0, stderr);
  const journal = journalIn(out), reasons = new Map<string, number>();
  for (const row of journal) {
    if (row.verdict === "failed") reasons.set(row.reason, (reasons.get(row.reason) ?? 0) + 1);
  }
  const by = `Cannot score by file://${proxy} as it`;
  assert.deepEqual([...reasons.keys()].sort(), [
    `${by} did not answer within 0.3 s`,
    `${by} threw TypeError: layers.missing is not a function`,
  ]);
  const first = journal.find(({ verdict }) => verdict === "failed")!;
  assert.ok(stderr.includes(`file://${proxy} failed on a candidate: ${by}`), stderr);
  assert.ok(stderr.includes(`\n  structure: ${first.structure}\n`), stderr);
  assert.equal(stderr.match(/failed on a candidate/g)?.length, 1);
  const [done] = (await zenJson(["runs", "resume", out, "--module", proxy, "--max-evaluations", "50"])).slice(-1);
  assert.equal(done.evaluations, 50);
  assert.deepEqual(journalIn(out).slice(0, journal.length), journal);
});

Deno.test("where every candidate fails, the search soon ends with the reason and exit code 1, and so does its resume", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary;
  for (
    const [answer, reason] of [
      ["5", "a score is { value: a number, parts: numbers by name, or none }: got 5"],
      ["{ value: NaN }", "the score is not finite: got NaN"],
      ["undefined", "got undefined"],
      ["Promise.reject(new Error(`no ${layers}`))", "it threw Error: no 8"],
    ] as const
  ) {
    const out = `${path}/${reason.length}`, proxy = proxyIn(path, answer);
    const resumes = everyRow || answer === "undefined" ? [["runs", "resume", out, "--module", proxy]] : [];
    for (const args of [searchArgs(proxy, out), ...resumes]) {
      const { code, stdout, stderr } = await zen(args);
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.match(errorOf(stderr), /^zen: cannot search by file:.*mine\.ts as the first \d\d candidates all failed/);
      assert.ok(errorOf(stderr).endsWith(reason), stderr);
    }
    assert.ok(journalIn(out).length < 40);
  }
});

Deno.test("a proxy that blocks its thread ends the process, and a resume fails that candidate without asking again", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary;
  const blocked = /as it did not answer within 1 s and blocks the thread$/;
  for (
    const [name, answer, ends] of [
      ["at once", "asked === 9 && !globalThis.resumed ? block() : { value: layers }", 1],
      ["later", "later().then(() => layers === 9 ? block() : { value: layers })", 2],
    ] as const
  ) {
    const out = `${path}/${name}`, proxy = proxyIn(path, answer);
    const structures: string[] = [], resume = ["runs", "resume", out, "--module", proxy];
    for (let end = 0; end < ends; end++) {
      const args = end === 0 ? searchArgs(proxy, out, ["--timeout", "1"]) : resume;
      const { code, stderr } = await zen(args);
      assert.equal(code, 143, stderr);
      assert.match(errorOf(stderr), blocked);
      structures.push(/structure: (\S+)/.exec(stderr)?.[1] ?? "unknown");
      assert.ok(stderr.includes(`zen runs resume ${out} `), stderr);
    }
    // Where several were in flight, the resume has one at a time.
    assert.equal(structures[0] === "unknown", ends > 1);
    proxyIn(path, "{ value: layers }");
    const { code, stderr } = await zen([...resume, "--accept-change"]);
    assert.equal(code, 0, stderr);
    const failed = journalIn(out).filter(({ verdict }) => verdict === "failed");
    assert.deepEqual(failed.map(({ structure }) => structure), [structures.at(-1)]);
    assert.match(failed[0]!.verdict === "failed" ? failed[0]!.reason : "", blocked);
  }
});

Deno.test("a module that never ends while it is loaded, and a space that blocks, end with their name", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, proxy = `${path}/mine.ts`, space = `${path}/space.ts`, out = `${path}/run`;
  Deno.writeTextFileSync(space, `export const space = { name: "mine", replacements() { ${BLOCK} } };`);
  const blocked = await zen([...searchArgs("params", out), "--space", space, "--timeout", "1"]);
  assert.equal(blocked.code, 143, blocked.stderr);
  assert.match(errorOf(blocked.stderr), /cannot draw from file:.*space\.ts as it did not answer within 1 s and blocks/);
  for (
    const [text, code, reason] of [
      ["for (;;);", 143, /cannot load file:.*mine\.ts as it did not answer within 1 s and blocks the thread/],
      ["await new Promise(() => {});", 1, /cannot load file:.*mine\.ts as it did not answer within 1 s$/],
    ] as const
  ) {
    Deno.writeTextFileSync(proxy, text);
    const ended = await zen(searchArgs(proxy, out, ["--timeout", "1"]));
    assert.equal(ended.code, code, ended.stderr);
    assert.match(errorOf(ended.stderr), reason);
  }
});

/** Starts a command, sends it Ctrl-C once it has printed `on`, and again if `twice`; returns its exit code and stderr. */
async function interrupted(
  args: readonly string[],
  on: string,
  twice = false,
): Promise<{ code: number; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "cli/main.ts", ...args],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let stderr = "", sent = 0;
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += chunk;
    if (sent === 0 && stderr.includes(on)) sent++, child.kill("SIGINT");
    if (sent === 1 && twice && stderr.includes("once more ends at once")) sent++, child.kill("SIGINT");
  }
  return { code: (await child.status).code, stderr };
}

for (const how of ["block()", "never()"]) {
  Deno.test(`Ctrl-C ends a search whose proxy answers by ${how}, twice at once too, and what is recorded stays`, async () => {
    using temporary = new TemporaryDirectory();
    const answer = `asked < 9 ? { value: layers } : (console.error("asked"), ${how})`;
    const { path } = temporary, proxy = proxyIn(path, answer);
    for (const twice of [false, true]) {
      const out = `${path}/${twice}`;
      const { code, stderr } = await interrupted(searchArgs(proxy, out), "asked", twice);
      assert.equal(code, 130, stderr);
      assert.match(stderr, /finishing the candidates in flight; once more ends at once/);
      if (!twice) assert.match(stderr, /kept, continue with: zen runs resume /);
      else if (how === "block()") assert.doesNotMatch(stderr, /interrupted/);
      assert.ok(journalIn(out).length < 40);
    }
  });
}

Deno.test("zen score: a timeout, a thread that is blocked, and what is no score name proxy and structure", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, structure = "SuperConvK3BNRELU(3,8,1,1)";
  for (
    const [answer, code, reason] of [
      ["never()", 1, "it did not answer within 1 s"],
      ["block()", 143, "it did not answer within 1 s and blocks the thread"],
      ["{ value: NaN }", 1, "the score is not finite: got NaN"],
      ["7", 1, "a score is { value: a number, parts: numbers by name, or none }: got 7"],
    ] as const
  ) {
    const proxy = proxyIn(path, answer);
    const ended = await zen(["score", structure, "--proxy", proxy, "--timeout", "1"]);
    assert.deepEqual([ended.code, ended.stdout], [code, ""], ended.stderr);
    assert.equal(errorOf(ended.stderr), `zen: cannot score by ${proxy} as ${reason}`);
    assert.ok(ended.stderr.includes(`\n  structure: ${structure}\n`), ended.stderr);
  }
  proxyIn(path, "never()");
  const [row] = await zenJson(["score", structure, "--proxy", `params,${path}/mine.ts`, "--timeout", "0.5"]);
  assert.equal(typeof row.scores.params, "number");
  assert.match(row.scores.mine.error, /did not answer within 0\.5 s$/);
});

Deno.test("zen correlate: a proxy that does not answer fails its networks, one that blocks the thread ends the process", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, csv = `${path}/own.csv`, out = `${path}/out`;
  const structures = ["SuperConvK3BNRELU(3,8,1,1)", "SuperConvK3BNRELU(3,16,1,1)", "SuperConvK3BNRELU(3,24,1,2)"];
  Deno.writeTextFileSync(csv, ["structure,accuracy", ...structures.map((text, at) => `"${text}",${at}`)].join("\n"));
  const call = (answer: string) => [
    ...["correlate", "--benchmark", csv, "--proxy", proxyIn(path, answer), "--seeds", "1", "--out", out],
    ...["--timeout", "0.5"],
  ];
  const [{ failed }] = (await zenJson(call("layers === 2 ? never() : { value: layers }")))
    .filter(({ proxy }) => proxy === "mine");
  assert.equal(failed, 1);
  const blocked = await zen(call("block()"));
  assert.equal(blocked.code, 143, blocked.stderr);
  assert.match(errorOf(blocked.stderr), /cannot score by .*mine\.ts as it did not answer within 0\.5 s and blocks/);
});

Deno.test("a run is not continued by a proxy that was edited unless that is accepted, which zen runs show tells", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, out = `${path}/run`, proxy = proxyIn(path, "{ value: layers }");
  await zenJson(searchArgs(proxy, out));
  const resume = ["runs", "resume", out, "--module", proxy], more = [...resume, "--max-evaluations", "45"];
  proxyIn(path, "{ value: -layers }");
  const journal = journalIn(out), refused = await zen(more);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^zen: cannot continue run .* as what decides its scores has changed:$/m);
  assert.match(
    refused.stderr,
    /^ {2}file:.*mine\.ts: the run was made with sha256 (\w{16}), now it is sha256 (?!\1)\w{16}$/m,
  );
  assert.match(refused.stderr, /hint: .*--accept-change/);
  assert.deepEqual(journalIn(out), journal);
  assert.equal((await zenJson([...more, "--accept-change"])).at(-1).evaluations, 45);
  const [shown] = await zenJson(["runs", "show", out]);
  const [first, second] = shown.sessions;
  const part = `file://${proxy}`, [accepted] = second.accepted;
  assert.deepEqual(accepted, { part, was: first.identity[part], is: second.identity[part] });
  const { stdout } = await zen(["runs", "show", out]);
  assert.match(stdout, /made by +zennas [\d.]+; file:.*mine\.ts sha256 /);
  assert.match(stdout, /accepted +from proposal \d+: file:.*mine\.ts was sha256 \w+, is sha256 /);
  assert.equal((await zenJson([...resume, "--max-evaluations", "46"])).at(-1).evaluations, 46);
});

Deno.test("a run on the CPU continues with other workers, and is refused where its arithmetic or a score is another", async () => {
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/run`;
  const small = ["--batch", "2", "--resolution", "8", "--population", "8", "--window", "2", "--device", "cpu"];
  await zenJson(["search", ...small, "--max-evaluations", "4", "--workers", "2", "--out", out]);
  const resume = (count: string) => ["runs", "resume", out, "--device", "cpu", "--max-evaluations", count];
  assert.equal((await zenJson([...resume("5"), "--workers", "1"])).at(-1).evaluations, 5);
  const { DatabaseSync } = await import("node:sqlite");
  const change = (sql: string) => {
    using database = new DatabaseSync(`${out}/run.sqlite`);
    database.exec(sql);
  };
  change("UPDATE sessions SET identity = replace(replace(identity, 'fused', 'other'), 'separate', 'other')");
  const other = await zen(resume("6"));
  assert.equal(other.code, 1);
  assert.match(other.stderr, /arithmetic: the run was made with WebAssembly relaxed SIMD, other multiply-add/);
  change("UPDATE sessions SET identity = NULL");
  change("UPDATE proposals SET score = score * (1 + 1e-9) WHERE verdict = 'scored'");
  const rescored = await zen(resume("6"));
  assert.equal(rescored.code, 1);
  assert.match(rescored.stderr, /the score of proposal 0: the run was made with [\d.]+, now it is [\d.]+$/m);
  assert.equal((await zenJson([...resume("6"), "--accept-change"])).at(-1).evaluations, 6);
});
