import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { optionsOver, zen, zenJson } from "./zen.ts";

const SEARCH = ["search", "--batch", "2", "--resolution", "8", "--population", "12", "--window", "4", "--seed", "3"];

/** Where a search ends. */
interface End {
  readonly enough?: number;
}

/** Runs a search, and resumes it where `resume` has options; returns the journal. */
async function journalOf(flags: readonly string[], resume: readonly string[] = []): Promise<unknown> {
  using temporary = new TemporaryDirectory();
  const out = `${temporary.path}/run`;
  await zenJson([...optionsOver(SEARCH, flags), "--out", out]);
  if (resume.length > 0) await zenJson(["runs", "resume", out, ...resume]);
  return (await zenJson(["runs", "show", out, "--journal"])).map(({ time_ms: _, ...row }) => row);
}

/** Runs a search to its end at once; returns the journal. */
function whole(flags: readonly string[], { enough = 20 }: End = {}): Promise<unknown> {
  return journalOf([...flags, "--max-evaluations", `${enough}`]);
}

/** Runs a search to its end in two parts and at once; returns both journals. */
async function inTwoParts(
  flags: readonly string[],
  { enough = 20 }: End = {},
): Promise<readonly [parts: unknown, whole: unknown]> {
  const first = [...flags, "--max-evaluations", `${enough * 2 / 5}`];
  return [await journalOf(first, ["--max-evaluations", `${enough}`]), await whole(flags, { enough })];
}

Deno.test("a search with a cascade journals what it screens out, and resumes to the same end", async () => {
  const [parts, entire] = await inTwoParts(["--cascade", "mae_det:0.3,zen"]);
  assert.deepEqual(parts, entire);
  const verdicts = (entire as { verdict: string }[]).map(({ verdict }) => verdict);
  assert.ok(verdicts.includes("screened-out") && verdicts.includes("scored"));
});

Deno.test("a search that races journals the candidates that it drops, and resumes to the same end", async () => {
  const flags = ["--race", "0.5", "--batch", "4"];
  const [parts, entire] = await inTwoParts([...flags, "--workers", "1"], { enough: 40 });
  assert.deepEqual(parts, entire);
  assert.deepEqual(await whole([...flags, "--workers", "2"], { enough: 40 }), entire);
  const outraced = (entire as { verdict: string; value: number; bar: number }[]).filter(({ verdict }) =>
    verdict === "outraced"
  );
  assert.ok(outraced.length > 0 && outraced.every(({ value, bar }) => value < bar));
});

Deno.test("a search by a proxy that ranks keeps its parts, and resumes to the same end", async () => {
  const [parts, entire] = await inTwoParts(["--proxy", "az_nas"]);
  assert.deepEqual(parts, entire);
  const scored = (entire as { verdict: string; parts: Record<string, number> }[]).filter((row) =>
    row.verdict === "scored"
  );
  assert.ok(scored.every((row) => Number.isFinite(row.parts.expressivity)));
});

Deno.test("a search by several proxies journals the score of each, with one worker and two, and resumes to the same end", async () => {
  const flags = ["--proxy", "zen:paper=2", "--proxy", "naswot", "--proxy", "params"];
  const [parts, entire] = await inTwoParts([...flags, "--workers", "2"]);
  assert.deepEqual(parts, entire);
  assert.deepEqual(await whole([...flags, "--workers", "1"]), entire);
  const scored = (entire as { verdict: string; parts: Record<string, number> }[]).filter((row) =>
    row.verdict === "scored"
  );
  for (const row of scored) {
    assert.deepEqual(Object.keys(row.parts), ["zen:paper", "naswot", "params"]);
    assert.ok(Object.values(row.parts).every(Number.isFinite));
  }
});

Deno.test("a journal in words names the score of each proxy, and a file's several proxies may have a cascade", async () => {
  using temporary = new TemporaryDirectory();
  const file = `${temporary.path}/mine.yaml`, out = `${temporary.path}/run`;
  await Deno.writeTextFile(
    file,
    "preset: params-cifar-params1M\nproxy: [layers, params=3]\ncascade: [{proxy: mae_det, share: 0.3}]\n",
  );
  const { best } = (await zenJson(["search", "--preset", file, "--max-evaluations", "20", "--out", out])).at(-1);
  const { stdout } = await zen(["runs", "show", out, "--journal"]);
  assert.match(stdout, /^\d+\tscored -?[\d.]+ layers=\d+ params=\d+\tSuper/m);
  assert.match(stdout, /^\d+\tscreened-out mae_det /m);
  const [listed] = await zenJson(["runs", "list", "--root", temporary.path]);
  assert.deepEqual([listed.best.structure, listed.best.score], [best.structure, best.score]);
});

Deno.test("a search by a proxy of one's own", async () => {
  const folder = await Deno.makeTempDir();
  const flags = ["--proxy", "examples/custom_proxy.ts", "--max-evaluations", "5", "--out", `${folder}/run`];
  const events = await zenJson([...SEARCH, ...flags]);
  assert.ok(events.at(-1).best.score > 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a cascade that cannot be is refused", async () => {
  const calls = [
    [["mae_det,zen"], /mae_det:0\.2,zen/],
    [["naswot:0.2,zen"], /a proxy that only counts, to screen by it,/],
    [["mae_det:0.2,zen", "--proxy", "naswot"], /cannot be used with option '--proxy/],
  ] as const;
  for (const [cascade, message] of calls) {
    const { code, stderr } = await zen(["search", "--cascade", ...cascade]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
