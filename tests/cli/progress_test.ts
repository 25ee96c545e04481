/** Progress at a terminal, which `script` of util-linux stands in for, and in a log. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { type Progress, progressBar, ProgressLine, type ProgressScreen, rate } from "../../cli/progress.ts";
import { SearchPace } from "../../cli/search/pace.ts";
import { noVerdicts } from "../../core/search/proposal.ts";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { atTerminal, hasTerminal, onTerminal, type TerminalOptions } from "./pseudo_terminal.ts";

const half: Progress = {
  share: 0.5,
  facts: ["150/300 scored", { text: "best 87.1", colour: "green" }, "1 min 02 s left", {
    text: "3 failed",
    colour: "red",
  }],
};

Deno.test("a bar shows the share, then as many facts as fit, the most important first", () => {
  const at = (columns: number): string => progressBar(half, { columns, colours: false });
  assert.equal(
    at(100),
    `${"━".repeat(13)}${"─".repeat(12)}  50 %  150/300 scored · best 87.1 · 1 min 02 s left · 3 failed`,
  );
  assert.equal(at(60), `${"━".repeat(8)}${"─".repeat(7)}  50 %  150/300 scored · best 87.1`);
  assert.equal(at(25), "━━━───  50 %");
  assert.equal(at(10), " 50 %");
  for (let columns = 0; columns < 130; columns++) {
    assert.ok(at(columns).length <= Math.max(0, columns - 1), `${columns} columns`);
    const coloured = progressBar(half, { columns, colours: true });
    if (columns > 6) assert.equal(stripVTControlCharacters(coloured), at(columns));
  }
  assert.ok(progressBar(half, { columns: 100, colours: true }).includes("\x1b[32mbest 87.1\x1b[39m"));
  for (const share of [NaN, -1]) {
    assert.match(progressBar({ ...half, share }, { columns: 60, colours: false }), /^─{15} {3}0 %/);
  }
  assert.match(progressBar({ ...half, share: 7 }, { columns: 60, colours: false }), /^━{15} 100 %/);
});

/** A screen that keeps what is written. */
function screenOf(terminal: boolean): ProgressScreen & { readonly written: string[] } {
  const written: string[] = [];
  const keep = (line: string): void => void written.push(line);
  return { terminal, colours: true, columns: () => 60, show: keep, log: keep, clear: () => keep("clear"), written };
}

/** The times at which a line is written in so many seconds of updates, ten a second. */
function timesIn(screen: ProgressScreen & { readonly written: string[] }, seconds: number): readonly number[] {
  const times: number[] = [];
  let now = 0;
  using line = new ProgressLine({ screen, now: () => now });
  for (; now <= seconds * 1000; now += 50) {
    const before = screen.written.length;
    line.update(() => half);
    if (screen.written.length > before) times.push(now / 1000);
  }
  return times;
}

Deno.test("a terminal's line is replaced ten times a second; a log gets a line after ten seconds, then ever fewer", () => {
  const terminal = screenOf(true);
  assert.equal(timesIn(terminal, 10).length, 100);
  assert.equal(terminal.written.at(-1), "clear");
  const log = screenOf(false);
  assert.deepEqual(timesIn(log, 35), [10, 20, 30]);
  assert.equal(log.written[0], "150/300 scored · best 87.1 · 1 min 02 s left · 3 failed");
  const times = timesIn(screenOf(false), 36_000), apart = times.map((time, index) => time - (times[index - 1] ?? 0));
  assert.ok(times.length < 200, `${times.length} lines in ten hours`);
  assert.deepEqual([apart[0], apart.at(-1)], [10, 600]);
});

Deno.test("progress that is hidden asks for no text and touches no screen", () => {
  const screen = screenOf(true);
  let now = 0;
  {
    using line = new ProgressLine({ hidden: true, screen, now: () => now });
    now = 1e6;
    line.update(() => assert.fail());
  }
  assert.deepEqual(screen.written, []);
});

Deno.test("a search tells scores, the best, time left, speed and verdicts, and its share by the nearer limit", () => {
  const config = smallConfig({ maxProposals: 100, maxEvaluations: 40 }), pace = new SearchPace({ config, spentMs: 0 });
  const counts = { ...noVerdicts(), "over-budget": 1234, failed: 2, scored: 8, duplicate: 1 };
  const proposal = { index: 49, structure: "A", verdict: "scored", score: 2 } as const;
  const event = { proposal, proposals: 50, evaluations: 10, counts, best: proposal, acceptanceRate: 0.16 };
  const { share, facts } = pace.progress(event);
  assert.equal(share, 0.5);
  assert.equal(pace.progress({ ...event, evaluations: 30 }).share, 0.75);
  const timed = new SearchPace({ config: { ...config, maxSeconds: 1e6 }, spentMs: 9e8 });
  assert.ok(Math.abs(timed.progress(event).share - 0.9) < 0.01, "earlier sessions count");
  const words = facts.map((fact) => typeof fact === "string" ? fact : fact.text);
  assert.deepEqual(words, ["10/40 scored", "best 2.00000", "2 failed", "1 duplicate", "1,234 over budget"]);
});

Deno.test("speeds below one in ten seconds are told by the minute", () => {
  assert.deepEqual([rate(12.34), rate(0.1), rate(0.05)], ["12.3/s", "0.1/s", "3.0/min"]);
});

const SEARCH = "search --preset params-cifar-params1M --max-evaluations 1000";

/** What a search writes to a terminal, with ␛ for escape, and to stdout elsewhere. */
async function searchAt(args: string, options: TerminalOptions = {}) {
  using folder = new TemporaryDirectory();
  const screen = await atTerminal(`${SEARCH} --out ${folder.path}/run ${args} > ${folder.path}/out`, options);
  return { screen: screen.replaceAll("\x1b", "␛"), out: await Deno.readTextFile(`${folder.path}/out`) };
}

Deno.test({
  name:
    "a search at a terminal has a bar, in colours unless NO_COLOR says no; none with --quiet, --json or a dumb terminal",
  ignore: !hasTerminal,
  fn: async () => {
    const plain = await searchAt("");
    assert.match(plain.screen, /\r␛\[K␛\[36m━+/);
    assert.match(plain.screen, /[\d,]+\/1,000 scored · ␛\[32mbest \d/);
    assert.match(plain.screen, /\r␛\[K$/, "the bar is left behind");
    assert.match(plain.out, /^best structure/);
    const { screen } = await searchAt("", { columns: 30, env: { NO_COLOR: "1" } }),
      lines = screen.split("\r␛[K").slice(1);
    assert.ok(lines.some((line) => line.includes("─")), "no bar at 30 columns");
    for (const line of lines) assert.ok(line.trimEnd().length < 30 && !line.includes("␛"), line);
    for (const [args, env] of [["--quiet", {}], ["--json", {}], ["", { TERM: "dumb" }]] as const) {
      const { screen } = await searchAt(args, { env });
      assert.ok(!screen.includes("␛[K") && !screen.includes("scored"), `${args}: ${screen}`);
    }
  },
});

Deno.test({
  name: "zen score and zen correlate have a bar at a terminal, and none with --quiet or --json",
  ignore: !hasTerminal,
  fn: async () => {
    using folder = new TemporaryDirectory();
    const networks = Array.from({ length: 24 }, (_, index) => `SuperConvK3BNRELU(3,${64 + 8 * index},1,1)`);
    const list = `${folder.path}/list.txt`, csv = `${folder.path}/own.csv`;
    await Deno.writeTextFile(list, networks.join("\n"));
    await Deno.writeTextFile(
      csv,
      ["structure,accuracy", ...networks.map((text, index) => `"${text}",${index}`)].join("\n"),
    );
    const score = `score --file ${list} --proxy zen --batch 16 --resolution 32`;
    const correlate = `correlate --benchmark ${csv} --proxy zen --seeds 1`;
    for (
      const [command, words] of [
        [score, "/24 structures scored"],
        [`${score} --quiet`, ""],
        [`${correlate} --out ${folder.path}/shown`, "/24 networks and seeds scored"],
        [`${correlate} --out ${folder.path}/hidden --json`, ""],
      ] as const
    ) {
      const screen = await atTerminal(`${command} > /dev/null`);
      if (words) assert.ok(screen.includes(words), screen);
      else assert.ok(!screen.includes("/24 "), screen);
    }
  },
});

Deno.test({
  name: "what is printed while a bar stands starts on a line of its own",
  ignore: !hasTerminal,
  fn: async () => {
    const child = `import { note, showStatus, print } from "./cli/terminal.ts";
      for (const one of [note, print]) { showStatus("bar"); one("text"); one("more"); }`;
    const screen = await onTerminal(`${Deno.execPath()} eval --ext=ts '${child}'`);
    const once = "\r\x1b[Kbar\r\x1b[Ktext\r\nmore\r\n";
    assert.equal(screen, once + once);
  },
});
