import assert from "node:assert/strict";
import { BY_HAND, searchDocument, writtenByHand } from "../../bench/search_document.ts";
import type { SearchRecord } from "../../bench/search_runs.ts";

Deno.test("docs/searches.md: searches that are kept are not run again, and the document is made of them", async () => {
  const cwd = await Deno.makeTempDir();
  const script = new URL("../../bench/searches.ts", import.meta.url).href;
  const run = async () => {
    const limits = ["--seeds", "1", "--seconds", "1", "--evaluations", "4"];
    const args = ["run", "-A", script, ...limits, "--only", "plain,race-population32", "--json"];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim().split("\n").filter((line) => line !== "");
  };
  try {
    const [plain, race] = (await run()).map((line) => JSON.parse(line) as SearchRecord);
    assert.ok(plain!.cpuSeconds >= 1 && plain!.curve.length === 10 && plain!.best === plain!.curve.at(-1));
    assert.deepEqual([race!.counts.scored + race!.counts.outraced, race!.wronglyOutraced], [4, 0]);
    assert.deepEqual(await run(), []);
    assert.ok((await Deno.readTextFile(`${cwd}/docs/searches.md`)).includes(plain!.best.toFixed(2)));
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("docs/searches.md keeps what is written by hand behind what is made of searches", async () => {
  assert.equal(writtenByHand(`# Made\n\n${BY_HAND}\n\n## By hand\n`), `\n${BY_HAND}\n\n## By hand\n`);
  assert.equal(writtenByHand("# Made\n"), "");
  const text = await Deno.readTextFile(new URL("../../docs/searches.md", import.meta.url));
  assert.match(writtenByHand(text), /## Several objectives\n/);
  assert.ok(text.startsWith("# Cheaper searches\n") && text.indexOf("## Racing") < text.indexOf(BY_HAND));
});

const environment = { cpu: "a processor", cores: 2, deno: "1", v8: "1", code: "zennas 1 (sources abc)" };
const counts = { "over-budget": 0, duplicate: 0, "screened-out": 7, outraced: 3, failed: 0, scored: 10 };

function record(name: string, seed: number, over: Partial<SearchRecord>): SearchRecord {
  const curve = new Array<number>(10).fill(1);
  return { name, seed, limits: { cpuSeconds: 45 }, best: 1, cpuSeconds: 45, proposals: 20, counts, curve, ...over };
}

Deno.test("docs/searches.md says which search is better only where the seeds tell", () => {
  const timed = [1, 2, 3].flatMap((seed) => [
    record("plain", seed, { best: 50 + seed }),
    record("mae_det:0.5", seed, { best: 60 + seed + seed / 10 }),
    record("mae_det:0.2", seed, { best: 50 + seed + (seed - 2) * 5 }),
    record("flops:0.2", seed, { best: 40 + seed + seed / 10 }),
  ]);
  const text = searchDocument(timed, environment);
  assert.match(text, /`mae_det:0.5` is better than the plain search/);
  assert.match(text, /These seeds do not show whether `mae_det:0.2` or the plain search is better/);
  assert.match(text, /`flops:0.2` is worse than the plain search/);
});

Deno.test("docs/searches.md sets races beside searches without one of the same seed", () => {
  const limits = { evaluations: 13 };
  const text = searchDocument([
    record("plain-population32", 4, { limits, cpuSeconds: 20, best: 7 }),
    record("race-population32", 4, { limits, cpuSeconds: 15, best: 6.5, wronglyOutraced: 1 }),
    record("race-population32", 5, { limits, wronglyOutraced: 2 }),
  ], environment);
  assert.match(text, /\| 4 \| 13 \| 3 \| 1 \| 20.0 \| 15.0 \| 25 % \| 7.000 \| 6.500 \|/);
  assert.doesNotMatch(text, /^\| 5 \|/m);
});
