/** The work of `zen score`: what is computed at once, and what fails one structure only. */
import assert from "node:assert/strict";
import { CandidateError, DeviceLostError, networkNamed, type Proxy, zen } from "@zennas/zennas";
import { rankedAmong, scoresInOrder, type ScoreTask } from "../../cli/score/work.ts";
import { oracleBackend } from "../graph/oracle_backend.ts";

const names = ["1", "2", "3", "4"].map((layers) => `SuperConvK3BNRELU(3,8,1,${layers})`);

/** A task on four structures of one to four layers. */
function taskOf(proxy: Proxy, over: Partial<ScoreTask> = {}): ScoreTask {
  const evaluation = { batch: 1, gamma: 0.01, seed: 0, fill: "gaussian", weights: "unit", labels: "random" } as const;
  return {
    networks: names.map((name) => networkNamed(name)),
    form: { resolution: 8, classes: 10 },
    chosen: [{ key: proxy.name, label: proxy.name, proxy, variant: proxy.variants[0] }],
    settings: evaluation as ScoreTask["settings"],
    repeats: 1,
    guard: (work) => work(),
    ...over,
  };
}

const layersOf = (text: string): number => Number(/,(\d+)\)$/.exec(text)![1]);

/** The most structures that a proxy had begun and not ended. */
async function mostAtOnce(concurrency: number | undefined, repeats: number): Promise<number> {
  const open = new Map<string, number>();
  let most = 0;
  const proxy: Proxy = {
    ...zen,
    score: async ({ text }) => {
      open.set(text, (open.get(text) ?? 0) + 1);
      most = Math.max(most, open.size);
      await new Promise((resolve) => setTimeout(resolve));
      open.set(text, open.get(text)! - 1);
      if (open.get(text) === 0) open.delete(text);
      return { value: 1 };
    },
  };
  const backend = concurrency === undefined ? {} : { backend: { ...oracleBackend, concurrency } };
  await Array.fromAsync(scoresInOrder(taskOf(proxy, { repeats, ...backend })));
  return most;
}

Deno.test("so many structures are scored at once that their repeats keep the backend busy", async () => {
  const most = [[undefined, 1], [1, 1], [2, 1], [3, 2], [4, 2], [2, 9]] as const;
  assert.deepEqual(await Promise.all(most.map(([at, repeats]) => mostAtOnce(at, repeats))), [1, 1, 2, 2, 2, 1]);
});

Deno.test("results are in order; an error of a candidate is its result, a lost device ends the work", async () => {
  const failing = (error: Error): Proxy => ({
    ...zen,
    score: ({ text }) => layersOf(text) === 2 ? Promise.reject(error) : Promise.resolve({ value: layersOf(text) }),
  });
  const refused = new CandidateError("Cannot score it");
  const rows = await Array.fromAsync(scoresInOrder(taskOf(failing(refused))));
  assert.deepEqual(rows.map(({ text }) => text), names);
  const values = rows.map(({ results: [result] }) => "error" in result! ? result.error : result!.score.mean);
  assert.deepEqual(values, [1, refused, 3, 4]);
  await assert.rejects(Array.fromAsync(scoresInOrder(taskOf(failing(new DeviceLostError("broken"))))), /broken/);
});

Deno.test("a proxy's seconds are those that it took", async () => {
  const score = async () => ({ value: await new Promise<number>((resolve) => setTimeout(() => resolve(1), 20)) });
  const [row] = await Array.fromAsync(scoresInOrder(taskOf({ ...zen, score })));
  const { seconds } = row!.results[0]!;
  assert.ok(seconds > 0.018 && seconds < 600, `${seconds}`);
});

Deno.test("proxies that rank get the ranks among all structures, without those that failed; others keep their scores", async () => {
  const of = (ranking: Proxy["ranking"]): Proxy => ({
    ...zen,
    ...(ranking && { ranking }),
    score: ({ text }) => {
      if (layersOf(text) === 3) return Promise.reject(new CandidateError("Cannot score it"));
      return Promise.resolve({ value: 0, parts: { depth: layersOf(text) } });
    },
  });
  const means = async (proxy: Proxy) => {
    const rows = rankedAmong(await Array.fromAsync(scoresInOrder(taskOf(proxy))));
    return rows.map(({ results: [result] }) => "error" in result! ? "error" : result!.score.mean);
  };
  assert.deepEqual(await means(of(undefined)), [0, 0, "error", 0]);
  const ranking = { parts: ["depth"], combine: ([depth]: readonly number[]) => 10 * depth! };
  assert.deepEqual(await means(of(ranking)), [10, 20, "error", 30]);
  assert.deepEqual(rankedAmong([]), []);
});
