/** What each opcode of a pickle does (Python's pickletools, protocols 0 to 5), for plain data. */
import { COSTS } from "./budget.ts";
import type { PickleMachine } from "./machine.ts";
import type { PickleValue } from "./values.ts";

/** The longest number in text, or as bytes. */
const LONGEST_NUMBER = 256;
/** The longest name of a global. */
const LONGEST_NAME = 1024;

type Operation = (machine: PickleMachine) => void;

const constant = (value: PickleValue): Operation => (machine) => machine.push(value, 0);

const number = (read: (machine: PickleMachine) => number | bigint): Operation => (machine) =>
  machine.push(read(machine), COSTS.number);

/** A count of 1, 4 or 8 bytes. */
function count(machine: PickleMachine, width: 1 | 4 | 8): number {
  const view = machine.cursor.view(width);
  if (width === 1) return view.getUint8(0);
  return width === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
}

/** The bytes that a count announces; they are in the file before anything is allocated for them. */
function counted(machine: PickleMachine, width: 1 | 4 | 8): Uint8Array<ArrayBuffer> {
  const bytes = count(machine, width);
  machine.charge(2 * bytes);
  return machine.cursor.take(bytes);
}

const text = (width: 1 | 4 | 8): Operation => (machine) =>
  machine.push(new TextDecoder().decode(counted(machine, width)), COSTS.text);

const bytes = (width: 1 | 4 | 8): Operation => (machine) => machine.push(counted(machine, width).slice(), COSTS.text);

/** A little-endian two's complement integer; a number where it is exact. */
const long = (width: 1 | 4): Operation => (machine) => {
  const digits = counted(machine, width);
  if (digits.length > LONGEST_NUMBER) {
    machine.fail(`integers have at most ${LONGEST_NUMBER} bytes: got ${digits.length}`);
  }
  const hex = Array.from(digits.toReversed(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  machine.push(narrowed(BigInt.asIntN(8 * digits.length, BigInt(`0x0${hex}`))), COSTS.number + LONGEST_NUMBER);
};

function narrowed(value: bigint): number | bigint {
  return BigInt.asIntN(54, value) === value ? Number(value) : value;
}

/** An integer as text; protocol 1 spells booleans 00 and 01. */
function spelledInteger(machine: PickleMachine): void {
  const spelled = machine.cursor.line(LONGEST_NUMBER);
  if (spelled === "00" || spelled === "01") return machine.push(spelled === "01", 0);
  const digits = spelled.replace(/L$/, "");
  if (!/^-?\d+$/.test(digits)) machine.fail("integers are spelled in digits");
  machine.push(narrowed(BigInt(digits)), COSTS.number + LONGEST_NUMBER);
}

const memoized = (read: (machine: PickleMachine) => number): Operation => (machine) => machine.remember(read(machine));

const recalled = (read: (machine: PickleMachine) => number): Operation => (machine) => machine.recall(read(machine));

const spelledIndex = (machine: PickleMachine): number => Number(machine.cursor.line(LONGEST_NUMBER));

/** The values above the mark as a list. */
const listed: Operation = (machine) => machine.push(machine.popMark(), COSTS.list);

/** The last values of the stack as a tuple. */
const tuple = (size: 1 | 2 | 3): Operation => (machine) => {
  const values = Array.from({ length: size }, () => machine.pop());
  machine.push(values.reverse(), COSTS.list);
};

const emptyList: Operation = (machine) => machine.push([], COSTS.list);
const emptyMap: Operation = (machine) => machine.push(new Map(), COSTS.map);

const appendMarked: Operation = (machine) => {
  const values = machine.popMark(), list = machine.topList();
  machine.charge(COSTS.slot * values.length);
  for (const value of values) list.push(value);
};

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop(), module = machine.pop();
  if (typeof name !== "string" || typeof module !== "string") machine.fail("names of globals are strings");
  machine.pushGlobal(`${module}.${name}`);
}

/** What each opcode does; those that are missing are no plain data. */
export const operations: Readonly<Record<number, Operation>> = {
  0x80: (machine) => void machine.cursor.byte(), // PROTO
  0x95: (machine) => void machine.cursor.take(8), // FRAME
  0x28: (machine) => machine.mark(), // MARK
  0x30: (machine) => void machine.pop(), // POP
  0x31: (machine) => void machine.popMark(), // POP_MARK
  0x32: (machine) => machine.push(machine.top(), 0), // DUP
  0x4e: constant(null), // NONE
  0x88: constant(true), // NEWTRUE
  0x89: constant(false), // NEWFALSE
  0x49: spelledInteger, // INT
  0x4c: spelledInteger, // LONG
  0x4a: number(({ cursor }) => cursor.view(4).getInt32(0, true)), // BININT
  0x4b: number(({ cursor }) => cursor.byte()), // BININT1
  0x4d: number(({ cursor }) => cursor.view(2).getUint16(0, true)), // BININT2
  0x8a: long(1), // LONG1
  0x8b: long(4), // LONG4
  0x46: number(({ cursor }) => Number(cursor.line(LONGEST_NUMBER))), // FLOAT
  0x47: number(({ cursor }) => cursor.view(8).getFloat64(0)), // BINFLOAT
  0x55: text(1), // SHORT_BINSTRING
  0x54: (machine) => (machine.byteStrings ? bytes(4) : text(4))(machine), // BINSTRING
  0x8c: text(1), // SHORT_BINUNICODE
  0x58: text(4), // BINUNICODE
  0x8d: text(8), // BINUNICODE8
  0x43: bytes(1), // SHORT_BINBYTES
  0x42: bytes(4), // BINBYTES
  0x8e: bytes(8), // BINBYTES8
  0x96: bytes(8), // BYTEARRAY8
  0x5d: emptyList, // EMPTY_LIST
  0x29: emptyList, // EMPTY_TUPLE
  0x8f: emptyList, // EMPTY_SET
  0x7d: emptyMap, // EMPTY_DICT
  0x6c: listed, // LIST
  0x74: listed, // TUPLE
  0x91: listed, // FROZENSET
  0x85: tuple(1), // TUPLE1
  0x86: tuple(2), // TUPLE2
  0x87: tuple(3), // TUPLE3
  0x64: (machine) => { // DICT
    const items = machine.popMark();
    emptyMap(machine);
    machine.setItems(items);
  },
  0x61: (machine) => { // APPEND
    const value = machine.pop();
    machine.charge(COSTS.slot);
    machine.topList().push(value);
  },
  0x65: appendMarked, // APPENDS
  0x90: appendMarked, // ADDITEMS
  0x73: (machine) => { // SETITEM
    const value = machine.pop(), key = machine.pop();
    machine.setItems([key, value]);
  },
  0x75: (machine) => machine.setItems(machine.popMark()), // SETITEMS
  0x62: (machine) => machine.build(), // BUILD
  0x63: (machine) => { // GLOBAL
    const module = machine.cursor.line(LONGEST_NAME), name = machine.cursor.line(LONGEST_NAME);
    machine.pushGlobal(`${module}.${name}`);
  },
  0x93: stackGlobal, // STACK_GLOBAL
  0x52: (machine) => machine.reduce(), // REDUCE
  0x81: (machine) => machine.reduce(), // NEWOBJ
  0x51: (machine) => machine.resolve(), // BINPERSID
  0x70: memoized(spelledIndex), // PUT
  0x71: memoized((machine) => count(machine, 1)), // BINPUT
  0x72: memoized((machine) => count(machine, 4)), // LONG_BINPUT
  0x94: memoized((machine) => machine.remembered), // MEMOIZE
  0x67: recalled(spelledIndex), // GET
  0x68: recalled((machine) => count(machine, 1)), // BINGET
  0x6a: recalled((machine) => count(machine, 4)), // LONG_BINGET
};
