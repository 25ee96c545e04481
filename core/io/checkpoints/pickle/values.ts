/** What a pickle can hold here: plain data, and what the allowed globals make of it. */

/** A value of a pickle. Tuples and sets are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject;

/** Something that a global made of its arguments. */
export abstract class PickleObject {
  /** Keeps other classes from having the same type. */
  protected readonly pickled = true;

  /** Takes the state that the pickle has for it; objects without this have none. */
  setState?(state: PickleValue): void;
}

/** A name of Python's that a pickle may contain. */
export class PickleGlobal {
  /** Module and name, such as `collections.OrderedDict`. */
  readonly name: string;
  /** What a call of it gives; undefined for what cannot be called, such as a type of elements. */
  readonly call: ((args: PickleValue[]) => PickleValue) | undefined;

  /** A global that may be named, and called if `call` is given. */
  constructor(name: string, call?: (args: PickleValue[]) => PickleValue) {
    this.name = name;
    this.call = call;
  }
}

/** What a pickle may name, and what its references outside of it mean. */
export interface PickleRules {
  /** Whether Python 2's long strings are bytes, as those of arrays are; default: text. */
  readonly byteStrings?: boolean;
  /** The global of this name; undefined for one that is not allowed. */
  readonly global: (name: string) => PickleGlobal | undefined;
  /** The object that a persistent identifier stands for. */
  readonly persistent: (id: PickleValue) => PickleValue;
}
