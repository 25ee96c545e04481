/** Tensors that the CPU backend holds between runs. */
import { DeviceLostError, type HeldShapes, type State } from "../../../core/graph/backend.ts";
import { elementCount, ShapeError } from "../../../core/graph/shape.ts";
import { Space } from "./space.ts";
import type { Team } from "./team.ts";

/** Tensors in a memory that a team's workers share; the host reads and writes it between runs. */
export class CpuState implements State {
  readonly shapes: HeldShapes;
  readonly #team: Team;
  readonly #released: () => void;
  #space: Space | undefined;

  constructor(shapes: HeldShapes, { team, released }: { readonly team: Team; readonly released: () => void }) {
    this.shapes = shapes;
    this.#team = team;
    this.#released = released;
    this.#space = new Space(shapes);
  }

  /** The memory. Throws DeviceLostError where the state is disposed. */
  get space(): Space {
    if (!this.#space) throw new DeviceLostError("Cannot use held tensors as they are disposed");
    return this.#space;
  }

  /** Bytes of the tensors; 0 once they are disposed. */
  get heldBytes(): number {
    return [...this.#space?.held.values() ?? []].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  read(names = Object.keys(this.shapes)): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    return this.#team.queue(() => {
      names.forEach((name) => this.#shape(name));
      return Object.fromEntries(names.map((name) => [name, new Float32Array(this.space.heldView(name))]));
    });
  }

  /** The values are copied when this is called, so that the caller may change its arrays at once. */
  write(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    const copies = Object.entries(values).map(([name, array]) => [name, array.slice()] as const);
    return this.#team.queue(() => {
      for (const [name, array] of copies) this.#check(name, array);
      for (const [name, array] of copies) this.space.heldView(name).set(array);
    });
  }

  [Symbol.dispose](): void {
    const space = this.#space;
    if (!space) return;
    this.#space = undefined;
    this.#team.leave(space);
    this.#released();
  }

  #shape(name: string): readonly number[] {
    if (!Object.hasOwn(this.shapes, name)) throw new RangeError(`Cannot read or write ${name} as it is not held`);
    return this.shapes[name]!;
  }

  #check(name: string, { length }: Float32Array): void {
    const shape = this.#shape(name);
    if (length !== elementCount(shape)) {
      throw new ShapeError(`Cannot write ${name} as it is [${shape}]: got ${length} values`);
    }
  }
}
