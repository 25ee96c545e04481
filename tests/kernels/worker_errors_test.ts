import assert from "node:assert/strict";
import * as graph from "../../core/graph/mod.ts";
import * as kernels from "../../kernels/mod.ts";
import { recordError, reviveError } from "../../kernels/worker/errors.ts";

const bytes = { needed: 5, limit: 4 };

/** An error of each class that callers tell apart. */
const errors: readonly Error[] = [
  new TypeError("Cannot read a number: got a text"),
  new RangeError("Cannot count so far: got -1"),
  new graph.ShapeError("Cannot use x as [n, c]: got [1]"),
  new graph.DeviceLostError("Cannot finish a run as the driver was reset"),
  new graph.DeviceMemoryError("a tensor", bytes),
  new graph.UnsupportedOpError("relu", "a phone", "it is too slow"),
  new kernels.KernelError("unknown name", { op: "relu", pipeline: "view1", line: 7 }),
  new kernels.KernelError("unknown name", { op: "relu", pipeline: "view1" }),
  new kernels.NoAdapterError("fast", ["slow", "slower"]),
];

const posted = (error: unknown): Error => reviveError(structuredClone(recordError(error)));

Deno.test("errors come back from a worker with their class, message and fields", () => {
  for (const error of errors) {
    const revived = posted(error);
    assert.ok(revived.constructor === error.constructor && revived instanceof Error, error.name);
    assert.deepEqual({ ...revived }, { ...error });
    assert.deepEqual([revived.name, revived.message, revived.stack], [error.name, error.message, error.stack]);
  }
});

Deno.test("every class of error that graphs and backends have comes back from a worker", () => {
  const known = new Set<unknown>(errors.map((error) => error.constructor));
  for (const [name, value] of Object.entries({ ...graph, ...kernels })) {
    if (typeof value === "function" && value.prototype instanceof Error) assert.ok(known.has(value), name);
  }
});

Deno.test("what a worker throws otherwise is a lost device, and a cause that cannot be posted is told as text", () => {
  assert.throws(() => {
    throw posted(new SyntaxError("odd"));
  }, { name: "DeviceLostError", message: "Cannot finish as the worker failed: SyntaxError: odd" });
  assert.match(posted("text").message, /failed: Error: text$/);
  const cause = Object.assign(() => 1, { toString: () => "a driver's object" });
  for (const error of [new RangeError("odd", { cause }), Object.assign(new RangeError("odd"), { cause })]) {
    assert.equal(posted(error).cause, "a driver's object");
  }
});
