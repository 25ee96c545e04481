/** What rows are given and what they add while a graph is lowered. */
import type { NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { Row } from "../../core/graph/row.ts";
import type { Buffer } from "./arena.ts";
import { type KernelName, kernels } from "./kernels.ts";
import type { WebGpuLowering } from "./lowering.ts";
import type { Fields, FieldType } from "./wgsl/kernel.ts";

type ValueOf<T extends FieldType> = T extends "at" ? Buffer | undefined : number;

/** Values of parameters. */
export type FieldValues<F extends Fields> = { readonly [N in keyof F]: ValueOf<F[N]> };

/** Values of a kernel's parameters. */
export type Values<K extends KernelName> = FieldValues<(typeof kernels)[K]["fields"]>;

/** A dispatch while buffers have no places yet. */
export interface LoweredDispatch {
  readonly kernel: KernelName;
  readonly node: NodeId;
  readonly workgroups: readonly [number, number, number];
  readonly values: readonly (number | Buffer | undefined)[];
  /** How each value is written. */
  readonly types: readonly FieldType[];
  readonly macs: number;
  readonly held: number | undefined;
}

/** How the WebGPU backend runs an operation: adds dispatches that compute the node. */
export type WebGpuRow<K extends OpName> = Row<WebGpuLowering, K>;

/** The row of an operation; throws UnsupportedOpError. */
export type RowOf = (op: OpName) => WebGpuRow<OpName>;

/** What a dispatch is beside its parameters. */
export interface DispatchShape {
  /** Workgroups, or the invocations that they are to hold. */
  readonly over: { readonly workgroups: number } | { readonly invocations: number };
  /** Workgroups along z. */
  readonly groups?: number;
  /** Words beyond the named parameters. */
  readonly tail?: readonly (number | Buffer)[];
  readonly macs?: number;
  /** The buffer of the state that an upload reads, or a download writes, in place of the run's own. */
  readonly held?: number;
}

/** Names and types of every kernel's parameters, in order. */
export const signatures: ReadonlyMap<
  KernelName,
  { readonly names: readonly string[]; readonly types: readonly FieldType[] }
> = new Map(
  Object.entries(kernels).map(([name, { fields }]) => [
    name as KernelName,
    { names: Object.keys(fields), types: Object.values(fields) },
  ]),
);
