import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  checkScores,
  createRun,
  openRunForReading,
  openRunForWriting,
  RunChangedError,
  type RunSession,
  searchIdentity,
  type Structure,
} from "@zennas/zennas";
import { scoreParams, search, smallConfig, TemporaryDirectory } from "./run_case.ts";

/** The sessions of a run, as far as they tell what decided scores. */
function sessionsOf(directory: string): Pick<RunSession, "identity" | "accepted">[] {
  using run = openRunForReading(directory);
  return run.summary().sessions.map(({ identity, accepted }) => ({ identity, accepted }));
}

/** Asserts that an action throws a RunChangedError that names these lines. */
async function refuses(action: () => unknown, lines: readonly string[]): Promise<void> {
  await assert.rejects(async () => await action(), (error: unknown) => {
    assert.ok(error instanceof RunChangedError, String(error));
    assert.equal(error.name, "RunChangedError");
    assert.deepEqual(error.message.split("\n  ").slice(1), lines);
    return true;
  });
}

Deno.test("a run is continued with what it was made with, refuses anything else by name, and records what is accepted", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`, first = { zennas: "1", device: "cpu", arithmetic: "fused" };
  createRun(directory, smallConfig(), { identity: first })[Symbol.dispose]();
  const open = (identity: Record<string, string> | undefined, acceptChange?: boolean) =>
    openRunForWriting(directory, { identity, acceptChange })[Symbol.dispose]();
  open(first);
  open({ ...first, arithmetic: "fused" }, true);
  const second = { ...first, device: "webgpu, X", arithmetic: "f16" };
  const lines = [
    "device: the run was made with cpu, now it is webgpu, X",
    "arithmetic: the run was made with fused, now it is f16",
  ];
  await refuses(() => open(second), lines);
  assert.equal(sessionsOf(directory).length, 3);
  open(second, true);
  open(second);
  open(undefined);
  await refuses(() => open(first), [
    "device: the run was made with webgpu, X, now it is cpu",
    "arithmetic: the run was made with f16, now it is fused",
  ]);
  const none = { accepted: [] };
  const accepted = [
    { part: "device", was: "cpu", is: "webgpu, X" },
    { part: "arithmetic", was: "fused", is: "f16" },
  ];
  assert.deepEqual(sessionsOf(directory), [
    ...[first, first, first].map((identity) => ({ identity, ...none })),
    { identity: second, accepted },
    { identity: second, ...none },
    { identity: {}, ...none },
  ]);
});

Deno.test("the identity of a search changes with each file that it names and what these import, and with nothing else", async () => {
  using temporary = new TemporaryDirectory();
  const { path } = temporary, proxy = `${path}/proxy.ts`, space = `${path}/space.yaml`;
  Deno.writeTextFileSync(proxy, `export { proxy } from "./deeper.ts";`);
  Deno.writeTextFileSync(`${path}/deeper.ts`, "export const proxy = 1;");
  Deno.writeTextFileSync(space, "name: mine");
  const config = smallConfig({ proxy, space }), before = await searchIdentity(config, { device: "cpu" });
  const [proxyUrl, spaceUrl] = [`file://${proxy}`, `file://${space}`];
  assert.deepEqual(Object.keys(before), ["zennas", proxyUrl, spaceUrl, "device"]);
  assert.match(before[proxyUrl]!, /^sha256 [0-9a-f]{16}$/);
  const now = new Date();
  for (const file of [proxy, `${path}/deeper.ts`, space]) Deno.utimeSync(file, now, now);
  assert.deepEqual(await searchIdentity({ ...config, maxProposals: 7 }, { device: "cpu" }), before);
  Deno.writeTextFileSync(`${path}/deeper.ts`, "export const proxy = 2;");
  const edited = await searchIdentity(config, { device: "cpu" });
  assert.notEqual(edited[proxyUrl], before[proxyUrl]);
  assert.deepEqual({ ...edited, [proxyUrl]: "" }, { ...before, [proxyUrl]: "" });
  Deno.writeTextFileSync(space, "name: other");
  assert.notEqual((await searchIdentity(config))[spaceUrl], before[spaceUrl]);
  assert.deepEqual(Object.keys(await searchIdentity(smallConfig())), ["zennas"]);
});

Deno.test("a run whose first score comes out otherwise is refused, and once accepted it is checked by later scores", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`,
    scale = (factor: number) => async (structure: Structure) => factor * await scoreParams(structure);
  {
    using store = createRun(directory, smallConfig({ maxEvaluations: 20 }));
    await checkScores(store, scale(2), { acceptChange: false });
    await search(store);
  }
  const limits = { maxEvaluations: 40 };
  {
    using store = openRunForWriting(directory, { limits });
    await checkScores(store, scale(1), { acceptChange: false });
    const { index, ...first } = store.firstScored()!, was = first.verdict === "scored" ? first.score : NaN;
    const part = `the score of proposal ${index}`;
    await refuses(() => checkScores(store, scale(2), { acceptChange: false }), [
      `${part}: the run was made with ${was}, now it is ${2 * was}`,
    ]);
    const lost = new RangeError("lost");
    await assert.rejects(checkScores(store, () => Promise.reject(lost), { acceptChange: true }), lost);
    await checkScores(store, scale(2), { acceptChange: true });
    assert.deepEqual(sessionsOf(directory).at(-1)!.accepted, [{ part, was: `${was}`, is: `${2 * was}` }]);
    await search(store);
  }
  using store = openRunForWriting(directory);
  assert.equal(store.firstScored()!.index >= 20, true);
  await checkScores(store, scale(1), { acceptChange: false });
  await assert.rejects(
    checkScores(store, scale(3), { acceptChange: false }),
    /the score of proposal [2-9]\d: the run was/,
  );
});

Deno.test("of scores that are ranks, the parts are compared", async () => {
  using temporary = new TemporaryDirectory();
  using store = createRun(`${temporary.path}/run`, smallConfig());
  const structure = "SuperConvK3BNRELU(3,8,1,1)";
  store.append({ index: 0, structure, verdict: "scored", score: 12, parts: { a: 1, b: 2 } });
  store.flush();
  const answer = (b: number) => () => Promise.resolve({ score: 0, parts: { a: 1, b } });
  await checkScores(store, answer(2), { acceptChange: false });
  await refuses(() => checkScores(store, answer(3), { acceptChange: false }), [
    `the score of proposal 0: the run was made with {"a":1,"b":2}, now it is {"a":1,"b":3}`,
  ]);
});

Deno.test("a run of the version without identities is read, continued, and then records them", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  createRun(directory, smallConfig())[Symbol.dispose]();
  const database = new DatabaseSync(`${directory}/run.sqlite`);
  database.exec(`
    ALTER TABLE sessions DROP COLUMN identity; ALTER TABLE sessions DROP COLUMN accepted; PRAGMA user_version = 1;
  `);
  database.close();
  assert.deepEqual(sessionsOf(directory), [{ identity: {}, accepted: [] }]);
  openRunForWriting(directory, { identity: { device: "cpu" } })[Symbol.dispose]();
  assert.deepEqual(sessionsOf(directory).at(-1), { identity: { device: "cpu" }, accepted: [] });
});
