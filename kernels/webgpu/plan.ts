/** A plan: the dispatches that compute a graph, as plain data that can be sent to a worker. */
import type { HeldShapes } from "../../core/graph/backend.ts";
import type { OpTable } from "../../core/graph/row.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { StoragePrecision } from "../../core/graph/precision.ts";
import { rowOf } from "../lowering/row.ts";
import { type Buffer, placeOf, SPACE } from "./arena.ts";
import type { KernelName } from "./kernels.ts";
import type { HeldLayout } from "./held.ts";
import type { LoweredDispatch, RowOf, WebGpuRow } from "./lowered.ts";
import { WebGpuLowering } from "./lowering.ts";
import { rows } from "./rows.ts";
import type { PlanLimits } from "./limits.ts";
import { planUploads, uploadsOf } from "./uploads.ts";
import { type FieldType, NONE, SLOT_ELEMENTS } from "./wgsl/kernel.ts";
import { RUN_WORDS } from "./wgsl/sources.ts";
import { planWide, uniformly } from "./wide.ts";

/** One dispatch of a plan. */
export interface PlannedDispatch {
  readonly kernel: KernelName;
  /** The operation that it computes, wholly or in part. */
  readonly op: OpName;
  /** Workgroups along x, y, z. */
  readonly workgroups: readonly [number, number, number];
  /** Where its parameters begin, in words. */
  readonly word: number;
  /** The pages (GPU buffers of the arena of tensors) that its tensors are in, in the order of their slots. */
  readonly pages: readonly number[];
  /** Multiply-adds, from which the device decides where to end a submission. */
  readonly macs: number;
  /** The buffer of the run's state that an upload reads, or a download writes, in place of the run's own. */
  readonly held?: number;
}

/**
 * A parameter word that differs from run to run: a part of the seed's key, the draw, or where uploads or results begin.
 */
export interface PatchedWord {
  readonly word: number;
  readonly by: "seed" | "upload" | "result";
}

/** A graph's dispatches, parameters, and the memory that they need. */
export interface Plan {
  readonly dispatches: readonly PlannedDispatch[];
  /** Parameters of all dispatches; each begins at a multiple that WebGPU allows as a dynamic offset. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly patches: readonly PatchedWord[];
  /** Bytes of each page of tensors. */
  readonly pageBytes: readonly number[];
  /** Bytes of the arena of vectors. */
  readonly vectorBytes: number;
  /** Elements of each output, in order. */
  readonly outputs: readonly number[];
}

/** What a plan depends on beside the graph. */
export interface PlanOptions {
  readonly limits: PlanLimits;
  readonly precision: StoragePrecision;
  /** The state that the graph reads and updates. */
  readonly held?: { readonly shapes: HeldShapes; readonly layout: HeldLayout };
}

/** What WebGPU's table has for an operation. */
const webGpuRow: RowOf = (op) => rowOf(rows as OpTable<WebGpuRow<OpName>>, { op, target: "the WebGPU backend" });

/** Copies outputs to where they are read back. */
function addDownloads(lowering: WebGpuLowering): void {
  let to = 0;
  for (const id of lowering.places.graph.outputs) {
    const x = lowering.places.of(id);
    lowering.add("download", { to, x, xSpace: x.space, count: x.elements }, { over: { invocations: x.elements } });
    to += x.elements;
  }
}

/**
 * Copies what a node replaces to the state, at once, so that the node's buffer is soon free. Whoever reads a value from
 * before the run has it copied first.
 */
function addUpdates(lowering: WebGpuLowering, by: NodeId): void {
  const { places: { graph }, held } = lowering;
  for (const { name } of (graph.updates ?? []).filter((update) => update.by === by)) {
    graph.nodes.forEach(({ op, attributes }, id) => {
      if (op === "input" && attributes.name === name) lowering.places.of(id);
    });
    const x = lowering.places.of(by), { page, at } = held.get(name)!, count = x.elements;
    lowering.add("download", { to: at, x, xSpace: x.space, count }, { over: { invocations: count }, held: page });
  }
}

const patchedFields: Partial<Record<KernelName, { readonly words: number; readonly by: PatchedWord["by"] }>> = {
  gaussian: { words: RUN_WORDS, by: "seed" },
  upload: { words: 1, by: "upload" },
  download: { words: 1, by: "result" },
};

const float = new Float32Array(1), bits = new Uint32Array(float.buffer);

/**
 * A parameter as a word. A tensor's address combines the slot that its page is bound to and its place in the page; see
 * {@link SLOT_ELEMENTS}.
 */
function wordOf(value: number | Buffer | undefined, type: FieldType, pages: readonly number[]): number {
  if (value === undefined) return NONE;
  if (typeof value === "object") {
    const { page, at } = placeOf(value);
    return value.space === SPACE.vectors ? at : at + pages.indexOf(page) * SLOT_ELEMENTS;
  }
  if (type !== "f32") return value;
  float[0] = value;
  return bits[0]!;
}

/** The pages of a dispatch's tensors. No kernel has more tensors than there are slots, so they always fit. */
function pagesOf({ values }: LoweredDispatch): readonly number[] {
  const pages = values.flatMap((value) =>
    typeof value === "object" && value.space === SPACE.tensors ? [placeOf(value).page] : []
  );
  return [...new Set(pages)];
}

/** Lays out the parameters of all dispatches. */
function layOut(dispatches: readonly LoweredDispatch[], alignment: number): {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly places: readonly { readonly word: number; readonly pages: readonly number[] }[];
} {
  const places = dispatches.map((dispatch) => ({ word: 0, pages: pagesOf(dispatch) }));
  let length = 0;
  dispatches.forEach(({ values }, index) => {
    places[index]!.word = length;
    length += Math.ceil(values.length * 4 / alignment) * alignment / 4;
  });
  const words = new Uint32Array(length);
  dispatches.forEach(({ values, types }, index) => {
    const { word, pages } = places[index]!;
    values.forEach((value, at) => words[word + at] = wordOf(value, types[at]!, pages));
  });
  return { words, places };
}

function patchesOf(dispatches: readonly PlannedDispatch[]): PatchedWord[] {
  return dispatches.flatMap(({ kernel, word, held }) => {
    const patched = held === undefined ? patchedFields[kernel] : undefined;
    return patched ? Array.from({ length: patched.words }, (_, at) => ({ word: word + at, by: patched.by })) : [];
  });
}

/** The dispatches of a graph whose buffers have their places. */
function planDispatches(
  { dispatches: lowered, places: { graph } }: WebGpuLowering,
  { parameterAlignment }: PlanLimits,
): Pick<Plan, "dispatches" | "words" | "patches"> {
  const { words, places } = layOut(lowered, parameterAlignment);
  const dispatches = lowered.map(({ kernel, node, workgroups, macs, held }, index) => {
    const planned = { kernel, op: graph.nodes[node]!.op, workgroups, ...places[index]!, macs };
    return held === undefined ? planned : { ...planned, held };
  });
  return { dispatches, words, patches: patchesOf(dispatches) };
}

/** A graph's plan, and what each run of it uploads. */
export interface PlannedGraph {
  readonly plan: Plan;
  /** The constants and feeds of a run. Throws RangeError for a missing feed, ShapeError for one of the wrong length. */
  uploadsOf(run: RunOptions): Float32Array<ArrayBuffer>;
}

/** Plans a graph. Throws UnsupportedOpError, and DeviceMemoryError where its tensors do not fit the device. */
export function planGraph(given: Graph, { limits, precision, held }: PlanOptions): PlannedGraph {
  const wide = held && precision === "f16" ? planWide(given, held.shapes) : uniformly(given);
  const { graph } = wide, places = held?.layout.places ?? new Map(), uploads = planUploads(graph, places);
  const lowering = new WebGpuLowering(wide, { limits, uploads, held: places, rowOf: webGpuRow });
  graph.nodes.forEach((_, id) => {
    lowering.lower(id);
    addUpdates(lowering, id);
  });
  addDownloads(lowering);
  const plan = {
    ...lowering.allocate(precision),
    ...planDispatches(lowering, limits),
    outputs: graph.outputs.map((id) => lowering.places.of(id).elements),
  };
  return { plan, uploadsOf: (run) => uploadsOf(uploads, run) };
}
