/** How runs get through devices that are lost, on devices that a test loses. */
import assert from "node:assert/strict";
import { DeviceLostError } from "../../core/mod.ts";
import type { PlanRun } from "../../kernels/webgpu/group.ts";
import type { SubmittedGroup } from "../../kernels/webgpu/device.ts";
import { type QueueDevice, RunQueue } from "../../kernels/webgpu/run_queue.ts";

/** What a device does about a group, whose runs are named by their draws. */
type Behaviour = (draws: readonly number[]) => "compute" | "be lost" | "fail";

/** States that are held, and their one number each. */
class TestStates {
  readonly values = new Map<number, number>();

  hold(state: number): Promise<void> {
    this.values.set(state, 0);
    return Promise.resolve();
  }

  refusal(state: number): Error | undefined {
    return this.values.has(state) ? undefined : new DeviceLostError(`Cannot use ${state}`);
  }

  read({ state }: { readonly state: number }): SubmittedGroup {
    const value = this.values.get(state)!;
    return { read: () => Promise.resolve([[Float32Array.of(value)]]) };
  }

  write({ state }: { readonly state: number }, values: Float32Array): void {
    this.values.set(state, values[0]!);
  }
}

/** A device whose output of a run is its draw. */
class TestDevice implements QueueDevice {
  lost: string | undefined;
  disposed = false;
  readonly held = new TestStates();
  /** The draws of all groups that were computed, in order. */
  readonly computed: number[] = [];
  readonly #behaviour: Behaviour;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  submit(runs: readonly PlanRun[]): Promise<SubmittedGroup> {
    const draws = runs.map(({ options }) => options.draw!), does = this.lost ? "be lost" : this.#behaviour(draws);
    if (does === "be lost") this.lost = "out of power";
    if (does !== "compute") return Promise.reject(new RangeError(`Cannot compute ${draws}`));
    this.computed.push(...draws);
    return Promise.resolve({
      read: () =>
        this.lost ? Promise.reject(new Error(this.lost)) : Promise.resolve(draws.map((d) => [Float32Array.of(d)])),
    });
  }

  drop(state: number): void {
    this.held.values.delete(state);
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

/** What became of a run: its output, or its error's message. */
type Outcome = number | string;

/** A queue on such devices, and a way to send runs through it: those of the draws from one number to another. */
function queueOn(open: (opening: number) => TestDevice): {
  readonly queue: RunQueue<TestDevice>;
  send(from: number, to: number): Promise<Outcome[]>;
} {
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let openings = 0;
  const queue = new RunQueue<TestDevice>(open(openings++), {
    open: async () => await open(openings++),
    done: (runs, outputs) => runs.forEach(({ id }, index) => waiting.get(id)!(outputs[index]![0]![0]!)),
    failed: (runs, error) => runs.forEach(({ id }) => waiting.get(id)!((error as Error).message)),
  });
  const sendOne = (draw: number): Promise<Outcome> => {
    const run = { plan: {} as PlanRun["plan"], options: { draw }, uploads: new Float32Array(1) };
    queue.add({ type: "run", id: draw, run });
    return new Promise((resolve) => waiting.set(draw, resolve));
  };
  return { queue, send: (from, to) => Promise.all(draws(from, to).map(sendOne)) };
}

const draws = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

Deno.test("a lost device is closed and opened again for whatever had not come back", async () => {
  const devices: TestDevice[] = [];
  const { queue, send } = queueOn((opening) => {
    devices.push(new TestDevice((group) => opening === 0 && group.includes(20) ? "be lost" : "compute"));
    return devices.at(-1)!;
  });
  assert.deepEqual(await send(0, 60), draws(0, 60));
  assert.deepEqual([queue.openings, devices.map(({ disposed }) => disposed)], [2, [true, false]]);
});

Deno.test("runs that three devices were lost with are given up, those behind them are computed", async () => {
  const { queue, send } = queueOn(() => new TestDevice((group) => group.includes(3) ? "be lost" : "compute"));
  const found = await send(0, 40);
  // Two groups were in flight.
  const given = new Set(found.slice(0, 32));
  assert.deepEqual(given, new Set(["Cannot finish a run as 3 devices were lost with it: out of power"]));
  assert.deepEqual(found.slice(32), draws(32, 40));
  assert.equal(queue.openings, 4);
});

Deno.test("where no device can be opened again what waits fails, and the next run tries once more", async () => {
  const { queue, send } = queueOn((opening) => {
    if (opening === 1) throw new Error("no driver");
    return new TestDevice(() => opening === 0 ? "be lost" : "compute");
  });
  assert.deepEqual(new Set(await send(0, 40)), new Set(["Cannot open the device again"]));
  assert.deepEqual(await send(40, 60), draws(40, 60));
  assert.equal(queue.openings, 2);
});

Deno.test("a run that fails a group fails alone", async () => {
  const { queue, send } = queueOn(() => new TestDevice((group) => group.includes(5) ? "fail" : "compute"));
  const expected: Outcome[] = draws(0, 20);
  assert.deepEqual(await send(0, 20), expected.with(5, "Cannot compute 5"));
  assert.equal(queue.openings, 1);
});

/** What is asked of a queue on one device: a run of a draw on state 1, or an access of that state. */
type Step = { readonly draw: number } | { readonly write: number } | "read" | "hold" | "drop";

/** Sends steps through a queue at once; each run's and read's outcome, in order. */
async function sendSteps(queueDevice: TestDevice, steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes = new Map<number, Outcome>(), expected = steps.filter((step) => step !== "hold" && step !== "drop");
  const finished = Promise.withResolvers<void>();
  const settle = (id: number, outcome: Outcome): void => {
    outcomes.set(id, outcome);
    if (outcomes.size === expected.length) finished.resolve();
  };
  const queue = new RunQueue<TestDevice>(queueDevice, {
    open: () => Promise.reject(new Error("no driver")),
    done: (jobs, outputs) => jobs.forEach(({ id }, index) => settle(id, outputs[index]![0]?.[0] ?? "written")),
    failed: (jobs, error) => jobs.forEach(({ id }) => settle(id, (error as Error).message)),
  });
  steps.forEach((step, id) => {
    if (step === "hold") return queue.add({ type: "hold", state: 1, pageBytes: [4] });
    if (step === "drop") return queue.add({ type: "drop", state: 1 });
    const access = { state: 1, places: [] };
    if (step === "read") return queue.add({ type: "access", id, access });
    if ("write" in step) return queue.add({ type: "access", id, access, values: Float32Array.of(step.write) });
    const run = { plan: {} as PlanRun["plan"], options: step, uploads: new Float32Array(1), state: 1 };
    queue.add({ type: "run", id, run });
  });
  await finished.promise;
  return [...outcomes].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
}

const steps = (from: number, to: number): Step[] => draws(from, to).map((draw) => ({ draw }));

Deno.test("a group with a state that is refused is submitted run by run, before what comes after it", async () => {
  const device = new TestDevice((group) => group.includes(5) ? "fail" : "compute");
  const outcomes = await sendSteps(device, ["hold", ...steps(0, 40)]);
  assert.deepEqual(outcomes, (draws(0, 40) as Outcome[]).with(5, "Cannot compute 5"));
  assert.deepEqual(device.computed, draws(0, 40).filter((draw) => draw !== 5));
});

Deno.test("what is done to a state is done in order, and nothing before it is held or after it is dropped", async () => {
  const device = new TestDevice(() => "compute");
  const outcomes = await sendSteps(device, [
    ...["read", "hold", "read", { draw: 3 }, { write: 7 }, "read", { draw: 4 }, { write: 8 }, "read"] as const,
    ...["drop", "read", { draw: 5 }, { draw: 6 }] as const,
  ]);
  assert.deepEqual(outcomes, [
    ...["Cannot use 1", 0, 3, "written", 7, 4, "written", 8],
    ...["Cannot use 1", "Cannot use 1", "Cannot use 1"],
  ]);
});

Deno.test("a run with a state that fails on the device spoils the state, and is not repeated", async () => {
  const device = new TestDevice(() => "compute");
  const submit = device.submit.bind(device);
  device.submit = async (runs) => {
    const group = await submit(runs);
    return { read: () => runs[0]!.options.draw === 0 ? Promise.reject(new Error("late")) : group.read() };
  };
  const outcomes = await sendSteps(device, ["hold", ...steps(0, 3), "read", ...steps(20, 22)]);
  assert.deepEqual(outcomes.slice(0, 3), ["late", "late", "late"]);
  assert.deepEqual(device.computed.slice(0, 3), draws(0, 3));
  assert.equal(device.held.values.size, 0);
});
