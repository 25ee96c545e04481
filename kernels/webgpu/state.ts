/** A state of the WebGPU backend, on the main thread: names, and where their tensors are. */
import { DeviceLostError, type HeldShapes, type State } from "../../core/graph/backend.ts";
import { ShapeError } from "../../core/graph/shape.ts";
import type { Connection } from "./connection.ts";
import { type HeldLayout, type HeldPlace, layOutHeld } from "./held.ts";
import type { StateId } from "./held_buffers.ts";
import type { PlanLimits } from "./limits.ts";

type Values = Readonly<Record<string, Float32Array>>;

/** Tensors that are held on a device. */
export class WebGpuState implements State {
  readonly shapes: HeldShapes;
  /** Where each tensor is. */
  readonly layout: HeldLayout;
  /** Its number. */
  readonly id: StateId;
  readonly #connection: Connection;
  #disposed = false;

  /** Makes room on the device. Throws ShapeError, and DeviceMemoryError for a tensor that no buffer can hold. */
  constructor(shapes: HeldShapes, { connection, limits }: {
    readonly connection: Connection;
    readonly limits: PlanLimits;
  }) {
    this.shapes = structuredClone(shapes);
    this.layout = layOutHeld(shapes, limits);
    this.#connection = connection;
    this.id = connection.hold(this.layout.pageBytes);
  }

  /** Whether it is held behind this connection. */
  belongsTo(connection: Connection): boolean {
    return this.#connection === connection;
  }

  async read(
    names: readonly string[] = Object.keys(this.shapes),
  ): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    this.checkUsable();
    const places = names.map((name) => this.#placeOf(name));
    const tensors = await this.#connection.access({ state: this.id, places });
    return Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
  }

  async write(values: Values): Promise<void> {
    this.checkUsable();
    const names = Object.keys(values), places = names.map((name) => this.#placeOf(name));
    names.forEach((name, index) => checkLength(name, values[name]!, places[index]!));
    const all = new Float32Array(places.reduce((sum, { elements }) => sum + elements, 0));
    let from = 0;
    for (const name of names) {
      all.set(values[name]!, from);
      from += values[name]!.length;
    }
    await this.#connection.access({ state: this.id, places }, all);
  }

  /** Throws DeviceLostError where it is disposed. */
  checkUsable(): void {
    if (this.#disposed) throw new DeviceLostError("Cannot use a state as it is disposed");
  }

  #placeOf(name: string): HeldPlace {
    const place = this.layout.places.get(name);
    if (!place) throw new RangeError(`Cannot reach ${name} as no such tensor is held`);
    return place;
  }

  [Symbol.dispose](): void {
    if (!this.#disposed) this.#connection.drop(this.id);
    this.#disposed = true;
  }
}

function checkLength(name: string, { length }: Float32Array, { elements }: HeldPlace): void {
  if (length !== elements) {
    throw new ShapeError(`Cannot hold ${name} as it has ${elements} values: got ${length}`);
  }
}
