/**
 * Reads pickles without executing anything: a stack machine that makes plain data. Names of Python code are looked up
 * in a table of allowed ones; any other ends the reading with an error that tells the name.
 */
import type { ByteCursor } from "../byte_cursor.ts";
import { refuse } from "../byte_source.ts";
import { shown } from "../error.ts";
import { COSTS, type MemoryBudget } from "./budget.ts";
import { operations } from "./operations.ts";
import { PickleGlobal, PickleObject, type PickleRules, type PickleValue } from "./values.ts";

/** The opcode that ends a pickle. */
const STOP = 0x2e;

/** How a pickle is read. */
export interface PickleOptions extends PickleRules {
  /** Bounds what its values take; pickles of one file share it. */
  readonly budget: MemoryBudget;
}

/** Numbers as keys become text: V8 hashes numbers without a seed, so that a file could make all of them collide. */
function keyOf(key: PickleValue): PickleValue {
  return typeof key === "number" || typeof key === "bigint" ? `\0${key}` : key;
}

/** Stack, marks and memo of a pickle that is being read. */
export class PickleMachine {
  /** Where the next opcode is. */
  readonly cursor: ByteCursor;
  readonly #options: PickleOptions;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(cursor: ByteCursor, options: PickleOptions) {
    this.cursor = cursor;
    this.#options = options;
  }

  /** Reads to the end of the pickle; returns its value. */
  run(): PickleValue {
    for (let code = this.cursor.byte(); code !== STOP; code = this.cursor.byte()) {
      const operation = operations[code];
      if (!operation) this.fail(`opcodes are those of plain data: got 0x${code.toString(16).padStart(2, "0")}`);
      operation(this);
    }
    return this.pop();
  }

  /** Throws CheckpointError `corrupt`. */
  fail(rule: string): never {
    return refuse(this.cursor.source, "corrupt", `in a pickle ${rule}, before byte ${this.cursor.position}`);
  }

  /** Accounts for memory before it is used. Throws CheckpointError `too-large`. */
  charge(bytes: number): void {
    this.#options.budget.charge(bytes);
  }

  push(value: PickleValue, bytes: number): void {
    this.charge(COSTS.slot + bytes);
    this.#stack.push(value);
  }

  pop(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.fail("values are on the stack before they are used");
    return this.#stack.pop()!;
  }

  top(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  mark(): void {
    this.charge(COSTS.slot);
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark, which is removed. */
  popMark(): PickleValue[] {
    const start = this.#marks.pop();
    if (start === undefined) this.fail("a mark is set before it is used");
    return this.#stack.splice(start);
  }

  remember(index: number): void {
    this.charge(COSTS.memo);
    this.#memo.set(index, this.top());
  }

  /** How many values are remembered. */
  get remembered(): number {
    return this.#memo.size;
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) this.fail(`only what was remembered is recalled: got ${index}`);
    this.push(value, 0);
  }

  /** The top as a list. */
  topList(): PickleValue[] {
    const list = this.top();
    if (!Array.isArray(list)) this.fail("only lists and sets are appended to");
    return list;
  }

  /** Sets the items of the mapping on top. */
  setItems(items: readonly PickleValue[]): void {
    const map = this.top();
    if (!(map instanceof Map) || items.length % 2 !== 0) this.fail("only mappings get items, in pairs");
    this.charge(COSTS.item * items.length / 2);
    for (let index = 0; index < items.length; index += 2) map.set(keyOf(items[index]!), items[index + 1]!);
  }

  /** Pushes the global with this name. Throws CheckpointError `global` for one that is not allowed. */
  pushGlobal(name: string): void {
    const found = this.#options.global(name);
    if (!found) {
      refuse(
        this.cursor.source,
        "global",
        `its pickles name tensors and plain data alone: got the global ${shown(name)}`,
        [
          name,
        ],
      );
    }
    this.push(found, 0);
  }

  /** Calls the global below the arguments on top. */
  reduce(): void {
    const args = this.pop(), callable = this.pop();
    if (!(callable instanceof PickleGlobal) || !callable.call || !Array.isArray(args)) {
      this.fail("only globals that make something are called");
    }
    this.push(callable.call(args), COSTS.object);
  }

  /** Replaces the identifier on top by what it stands for. */
  resolve(): void {
    this.push(this.#options.persistent(this.pop()), COSTS.object);
  }

  /** Whether Python 2's long strings are bytes. */
  get byteStrings(): boolean {
    return this.#options.byteStrings ?? false;
  }

  /** Gives the object on top its state. Attributes of an ordered dict, such as `_metadata`, are left out. */
  build(): void {
    const state = this.pop(), target = this.top();
    if (target instanceof PickleObject && target.setState) target.setState(state);
    else if (!(target instanceof Map)) this.fail("only dicts and arrays have attributes");
  }
}
