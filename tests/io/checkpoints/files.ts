/** Files of weights for tests: those that PyTorch and safetensors wrote, and made-up ones. */
import assert from "node:assert/strict";
import { type Checkpoint, CheckpointError, type CheckpointErrorKind, openCheckpointBytes } from "@zennas/zennas";
import { dtypes } from "../../../core/io/checkpoints/dtypes.ts";
import type { StoredTensor } from "../../../core/io/checkpoints/stored_tensor.ts";
import expected from "../../fixtures/checkpoints/expected.json" with { type: "json" };

const folder = new URL("../../fixtures/checkpoints/", import.meta.url);

/** A file that tests/fixtures/checkpoints/make.py wrote. */
export function fixturePath(name: string): string {
  return new URL(name, folder).pathname;
}

/** Its bytes. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(fixturePath(name));
}

/** A tensor as make.py describes it. */
export interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The tensors of every file that can be read, by the file's name. */
export const contents: Readonly<Record<string, Readonly<Record<string, Described>>>> = Object.fromEntries(
  Object.entries(expected.files).map(([name, set]) => {
    const tensors = Object.entries(expected.sets[set] as Record<string, Described>);
    return [name, Object.fromEntries(tensors.map(([key, it]) => [key, { ...it, values: it.values.map(Number) }]))];
  }),
);

/** All elements of a tensor, as numbers. */
export function valuesOf(tensor: StoredTensor): number[] {
  const values: number[] = [];
  for (const chunk of tensor.chunks()) for (const value of dtypes[tensor.dtype].decode(chunk)) values.push(value);
  return values;
}

/** What a file holds, in make.py's words. */
export function describe({ tensors }: Checkpoint): Record<string, Described> {
  return Object.fromEntries([...tensors].map(([name, tensor]) => {
    const { dtype, shape } = tensor;
    return [name, { dtype: dtypes[dtype].torch, shape, values: valuesOf(tensor) }];
  }));
}

/** Reads everything in a file. */
export function readAll(content: Uint8Array, path = "made up"): Record<string, Described> {
  using checkpoint = openCheckpointBytes(content, path);
  return describe(checkpoint);
}

/** Fails unless a file is refused with an error of this kind that matches. */
export function assertRefused(content: Uint8Array, kind: CheckpointErrorKind, message: RegExp): CheckpointError {
  let caught: unknown;
  try {
    readAll(content);
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof CheckpointError, `refused as ${kind}: got ${caught}`);
  assert.equal(caught.kind, kind, caught.message);
  assert.match(caught.message, /^Cannot read made up as /);
  assert.match(caught.message, message);
  return caught;
}

/** Bytes of parts: text as Latin-1, numbers as single bytes. */
export function bytesOf(...parts: readonly (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const arrays = parts.map((part) => {
    if (typeof part === "number") return Uint8Array.of(part);
    return typeof part === "string" ? Uint8Array.from(part, (character) => character.charCodeAt(0)) : part;
  });
  const bytes = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  arrays.reduce((at, array) => (bytes.set(array, at), at + array.length), 0);
  return bytes;
}

/** A number in little-endian bytes. */
export function little(value: number | bigint, width: 2 | 4 | 8): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes.slice(0, width);
}

/** What every older file starts with: magic number, protocol, machine. */
export const legacyHead: Uint8Array = bytesOf(
  ...["\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "\x80\x02M\xe9\x03."],
  "\x80\x02}X\r\0\0\0little_endian\x88s.",
);

/** An older file with this content, written as the body of a pickle, and these bytes behind it. */
export function legacyFile(body: Uint8Array, tail: Uint8Array = bytesOf("\x80\x02].")): Uint8Array<ArrayBuffer> {
  return bytesOf(legacyHead, "\x80\x02", body, ".", tail);
}

/** The opcodes of a string. */
export function text(value: string): Uint8Array {
  return bytesOf("X", little(value.length, 4), value);
}

/** What the opcodes of a tensor can be told; the rest is one float32 in storage "0". */
export interface TensorOptions {
  readonly storage?: string;
  readonly key?: string;
  readonly elements?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
  /** Opcodes of the storage's view; None unless told. */
  readonly view?: Uint8Array;
}

const integers = (values: readonly number[]): Uint8Array => bytesOf("(", ...values.map(integer), "t");
const integer = (value: number): Uint8Array => bytesOf(0x8a, 8, little(value, 8));

/** The opcodes of a tensor, rebuilt as PyTorch's first versions did. */
export function tensor(options: TensorOptions = {}): Uint8Array {
  const { storage = "FloatStorage", key = "0", elements = 1, offset = 0, shape = [1], strides = [1], view } = options;
  return bytesOf(
    "ctorch._utils\n_rebuild_tensor\n((",
    text("storage"),
    `ctorch\n${storage}\n`,
    text(key),
    text("cpu"),
    integer(elements),
    view ?? "N",
    "tQ",
    integer(offset),
    integers(shape),
    integers(strides),
    "tR",
  );
}

/** The opcodes of a dict of one tensor. */
export function stateOf(options: TensorOptions = {}): Uint8Array {
  return bytesOf("}", text("a"), tensor(options), "s");
}

/** The pickle of the storages' keys, and the storages. */
export function storages(...all: readonly (readonly [key: string, elements: number, bytes: Uint8Array])[]): Uint8Array {
  const keys = all.map(([key]) => bytesOf(text(key), "a"));
  return bytesOf("\x80\x02]", ...keys, ".", ...all.flatMap(([, elements, bytes]) => [little(elements, 8), bytes]));
}

/** A safetensors file with this header. */
export function safetensorsFile(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(header);
  return bytesOf(little(json.length, 8), json, data);
}

/** Overwrites bytes of a copy. */
export function patched(content: Uint8Array, at: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(content);
  copy.set(bytes, at);
  return copy;
}

/** The positions of a zip's directory records. */
export function directoryRecords(content: Uint8Array): number[] {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  return [...content.keys()].filter((at) => at + 46 <= content.length && view.getUint32(at, true) === 0x02014b50);
}

/** A zip that says that no checksums were computed, so that damage is not found by them. */
export function withoutChecksums(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return directoryRecords(content).reduce((copy, at) => patched(copy, at + 16, little(0, 4)), new Uint8Array(content));
}
