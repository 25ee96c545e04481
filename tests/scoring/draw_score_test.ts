import assert from "node:assert/strict";
import {
  CandidateError,
  DeviceLostError,
  DeviceMemoryError,
  failsCandidate,
  parseStructure,
  type Proxy,
  ProxyError,
  type Score,
  scoreDraw,
  structureDesign,
} from "@zennas/zennas";
import { drawn } from "./settings.ts";

const structure = "SuperConvK3BNRELU(3,8,1,1)";
const design = structureDesign(parseStructure(structure), { classes: 10, resolution: 32 });

/** A proxy that answers so. */
function answering(answer: () => unknown, ranking?: Proxy["ranking"]): Proxy {
  return {
    name: "mine",
    summary: "",
    variants: ["plain"],
    inputs: { batches: 0, labelled: false },
    needsBackend: false,
    ...(ranking && { ranking }),
    score: () => answer() as Promise<Score>,
  };
}

function ask(proxy: Proxy): Promise<Score> {
  return scoreDraw(design, { proxy, label: "./mine.ts", settings: drawn(proxy) });
}

const WANTED = "a score is { value: a number, parts: numbers by name, or none }: got ";

Deno.test("what is no score is one error that names the proxy, the structure and what came", async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  for (
    const [answer, shown] of [
      [undefined, "undefined"],
      [null, "null"],
      [5, "5"],
      [NaN, "NaN"],
      ["x".repeat(5000), `"${"x".repeat(99)}…`],
      [{ score: NaN }, '{"score":"NaN"}'],
      [{ value: "5" }, '{"value":"5"}'],
      [{ value: 5, parts: 7 }, '{"value":5,"parts":7}'],
      [{ value: 5, parts: { a: "b" } }, '{"value":5,"parts":{"a":"b"}}'],
      [() => 5, "a function"],
      [cyclic, "an object"],
    ] as const
  ) {
    for (const proxy of [answering(() => answer), answering(() => Promise.resolve(answer))]) {
      const error = await ask(proxy).then(() => assert.fail(shown), (error: unknown) => error);
      assert.ok(error instanceof ProxyError && failsCandidate(error), shown);
      assert.equal(error.message, `Cannot score by ./mine.ts as ${WANTED}${shown}`);
      assert.deepEqual([error.name, error.proxy, error.structure], ["ProxyError", "./mine.ts", structure]);
    }
  }
  const ranked = answering(() => Promise.resolve({ value: 0, parts: { a: 1 } }), {
    parts: ["a", "b"],
    combine: () => 0,
  });
  await assert.rejects(ask(ranked), /as it ranks the part b: got \{"value":0,"parts":\{"a":1\}\}$/);
});

Deno.test("a score is passed on as it is, finite or not", async () => {
  for (
    const score of [{ value: 1 }, { value: NaN }, { value: -Infinity, parts: { a: NaN } }, {
      value: 2,
      parts: undefined,
    }]
  ) {
    assert.equal(await ask(answering(() => Promise.resolve(score))), score);
  }
});

Deno.test("an error of a proxy fails the candidate with its cause; what is not the proxy's stays what it is", async () => {
  const defect = new TypeError("x is not a function\nat once");
  for (
    const thrower of [() => Promise.reject(defect), () => {
      throw defect;
    }]
  ) {
    const error = await ask(answering(thrower)).then(() => assert.fail(), (error: unknown) => error);
    assert.ok(error instanceof ProxyError);
    assert.equal(error.message, "Cannot score by ./mine.ts as it threw TypeError: x is not a function");
    assert.equal(error.cause, defect);
  }
  await assert.rejects(ask(answering(() => Promise.reject("why"))), /as it threw "why"$/);
  for (
    const error of [
      new CandidateError("no score"),
      new DeviceMemoryError("it", { needed: 9, limit: 8 }),
      new DeviceLostError("gone"),
      new DOMException("stopped", "AbortError"),
      Object.assign(new Error("disk full"), { code: "ENOSPC" }),
    ]
  ) {
    await assert.rejects(ask(answering(() => Promise.reject(error))), (thrown: unknown) => thrown === error);
  }
  const missing = answering(async () => ({ value: (await Deno.readTextFile("/nowhere/data")).length }));
  await assert.rejects(ask(missing), Deno.errors.NotFound);
});
