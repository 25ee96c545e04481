/** What rows are given and what they add while a graph is lowered. */
import type { NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { Row } from "../../core/graph/row.ts";
import { kernelFields } from "./kernels.gen.ts";
import type { CpuLowering } from "./lowering.ts";

/** A stretch of the arena; its address is known once all tasks are. */
export interface Buffer {
  readonly bytes: number;
  /** Bytes from the start of the module's memory. */
  address: number;
  /** First and last task that touches it. */
  first: number;
  last: number;
  /** Whether its end was written first. */
  backwards?: boolean;
}

/** A byte of a buffer. */
export interface BufferByte {
  readonly of: Buffer;
  readonly byte: number;
}

/** A word that a run fills in: of its seed's key, or its draw. */
export type RunWord = "key0" | "key1" | "draw";

/** The name of a kernel. */
export type KernelName = keyof typeof kernelFields;

interface ValueTypes {
  readonly address: Buffer | BufferByte | undefined;
  readonly u32: number | RunWord;
  readonly bool: boolean;
}

type ValueOf<T> = T extends keyof ValueTypes ? ValueTypes[T] : number;

type FieldValues<F> = { readonly [N in keyof F]: ValueOf<F[N]> };

/** Values of a kernel's parameters. */
export type Values<K extends KernelName> = FieldValues<(typeof kernelFields)[K]>;

/** A parameter's value while buffers have no addresses yet. */
export type Value = ValueTypes[keyof ValueTypes];

const parameterNames = new Map(Object.entries(kernelFields).map(([kernel, fields]) => [kernel, Object.keys(fields)]));

/** Values in the order of a kernel's parameters. */
export function ordered<K extends KernelName>(kernel: K, values: Values<K>): readonly Value[] {
  return parameterNames.get(kernel)!.map((name) => values[name as keyof Values<K>] as Value);
}

/** The buffer that a value is, or is in. */
export function bufferOf(value: Value): Buffer | undefined {
  if (typeof value !== "object") return undefined;
  return "of" in value ? value.of : value;
}

/** What a run copies into a tensor: a feed, or the values of a constant. */
export type Source = { readonly feed: string } | { readonly values: readonly number[] };

/**
 * A step while buffers have no addresses yet: a call of a kernel, calls that may run at once, or a copy from the host.
 */
export type LoweredTask =
  | { readonly node: NodeId; readonly kernel: KernelName; readonly parts: readonly (readonly Value[])[] }
  | { readonly node: NodeId; readonly kernel: KernelName; readonly values: readonly Value[] }
  | { readonly node: NodeId; readonly source: Source; readonly to: Buffer };

/** How the CPU backend runs an operation: adds tasks that compute the node. */
export type CpuRow<K extends OpName> = Row<CpuLowering, K>;
