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
  readonly #behaviour: Behaviour;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  submit(runs: readonly PlanRun[]): Promise<SubmittedGroup> {
    const draws = runs.map(({ options }) => options.draw!), does = this.lost ? "be lost" : this.#behaviour(draws);
    if (does === "be lost") this.lost = "out of power";
    if (does !== "compute") return Promise.reject(new RangeError(`Cannot compute ${draws}`));
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
