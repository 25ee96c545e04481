/**
 * The artefact of a calibration: everything that predicts latencies on one device, as plain JSON. It is read with care:
 * sizes are bounded, and trees are walked only if every walk ends inside its arrays.
 */
import { sha256 } from "npm:@noble/hashes@2.4.0/sha2.js";
import { bytesToHex } from "npm:@noble/hashes@2.4.0/utils.js";
import { z } from "npm:zod@4.6.7";
import { type Correction, correctionBases } from "./correction.ts";
import type { LatencyAccuracy } from "./accuracy.ts";
import type { Domain } from "./domain.ts";
import { featureNames } from "./features.ts";
import type { KernelModel } from "./kernel_model.ts";
import { runtimeFusions, type RuntimeName } from "./network_kernels.ts";
import { whyNoTrees } from "./trees.ts";

/** Changes when a field changes its meaning. */
export const LATENCY_SCHEMA = "zennas.latency-model/1";

/** Values of a network that runs on a device. */
export const latencyPrecisions = ["f32", "f16", "int8"] as const;
/** One of {@link latencyPrecisions}. */
export type LatencyPrecision = typeof latencyPrecisions[number];

/** Bytes of a value in a precision. */
export const bytesOfPrecision: Readonly<Record<LatencyPrecision, number>> = { f32: 4, f16: 2, int8: 1 };

/** What a calibration holds for. Anything else in it is another device. */
export interface LatencyDevice {
  /** The device's own name. */
  readonly name: string;
  /** Which gates its calibration must pass. */
  readonly kind: "gpu" | "cpu" | "phone";
  /** What ran the networks, with its version, such as `tflite 2.20 xnnpack, 4 threads`. */
  readonly runtime: string;
  /** What the runtime fuses. */
  readonly fusion: RuntimeName;
  /** Values of activations and weights. */
  readonly precision: LatencyPrecision;
  /** Images of a batch. */
  readonly batch: number;
  /** Rows and columns of the input image. */
  readonly resolution: number;
  /** Anything else that was noted, such as clocks and temperatures. */
  readonly notes: Readonly<Record<string, string>>;
}

/** A limit on a calibration, and whether it holds. */
export interface Gate {
  /** What is limited. */
  readonly name: string;
  /** `≤` or `≥` this. */
  readonly limit: number;
  /** What it is; null where it could not be told. */
  readonly value: number | null;
  /** Whether the limit holds. */
  readonly passed: boolean;
}

/** How well a calibration predicts what it was not fitted on. */
export interface AcceptanceReport {
  /** Kernels, each predicted by a model that was fitted without it; null where none was measured. */
  readonly kernels: LatencyAccuracy | null;
  /** Networks, each predicted by the others. */
  readonly networks: LatencyAccuracy;
  /** Mean error of multiply-adds times a factor, and of the mean latency: what a model must beat. */
  readonly baselines: { readonly macs: number; readonly mean: number };
  /** The limits for the kind of device. */
  readonly gates: readonly Gate[];
  /** Whether all hold. */
  readonly passed: boolean;
}

/** What predictions miss by; half-widths are parts of the prediction. */
export interface Intervals {
  /** Half the width that holds 90 % of new kernels; null where none was measured. */
  readonly kernels: number | null;
  /** Half the width that holds 90 % of networks drawn as the measured ones were. */
  readonly networks: number;
  /** Measured over predicted latency of networks that a search selected, each predicted before it was measured. */
  readonly elites: readonly number[];
}

/** What an artefact holds beside its hash. */
export interface LatencyContent {
  /** {@link LATENCY_SCHEMA}. */
  readonly schema: typeof LATENCY_SCHEMA;
  /** When it was measured, ISO 8601. */
  readonly createdAt: string;
  /** What it holds for. */
  readonly device: LatencyDevice;
  /** How many kernels and networks were measured. */
  readonly measured: { readonly kernels: number; readonly networks: number };
  /** Predicts kernels. */
  readonly model: KernelModel;
  /** Makes networks of kernels. */
  readonly correction: Correction;
  /** What predictions miss by. */
  readonly intervals: Intervals;
  /** Where predictions hold. */
  readonly domain: Domain;
  /** Standard deviation of a repeated measurement over its mean; null where nothing was repeated. */
  readonly noise: number | null;
  /** How well it predicts. */
  readonly acceptance: AcceptanceReport;
}

/** A calibration as it is stored. */
export interface LatencyArtefact extends LatencyContent {
  /** SHA-256 of the content, hex: see {@link contentHash}. */
  readonly sha256: string;
}

/** A text or value is no artefact. */
export class LatencyArtefactError extends TypeError {
  static {
    this.prototype.name = "LatencyArtefactError";
  }

  /** Where it is wrong, such as `model.trees.right`; empty for the whole. */
  readonly path: string;

  /** An artefact is wrong at a path. */
  constructor(path: string, { expected, cause }: { readonly expected: string; readonly cause?: unknown }) {
    super(`Cannot read a latency artefact as ${path || "it"} must be ${expected}`, { cause });
    this.path = path;
  }
}

/** Nodes of all trees together at most. */
const MAX_NODES = 500_000;
const MAX_NETWORKS = 20_000;
const MAX_CLASSES = 200;
/** Characters of an artefact's text at most. */
export const MAX_ARTEFACT_LENGTH = 50_000_000;

const number = z.number(), positive = z.number().positive(), text = z.string().max(1_000);
const count = z.int().min(0).max(10_000_000), extent = z.int().min(1).max(65_536);
const numbers = (most: number) => z.array(number).max(most);
const tile = z.strictObject({ channels: extent, pixels: extent });
const bounds = z.tuple([number, number]);
const logarithm = z.number().min(-100).max(100);
const accuracy = z.strictObject({
  count,
  mape: number,
  timeWeighted: number,
  within5: number,
  within10: number,
  spearman: number.nullable(),
});

const trees = z.strictObject({
  base: number,
  roots: numbers(10_000),
  feature: numbers(MAX_NODES),
  threshold: numbers(MAX_NODES),
  right: numbers(MAX_NODES),
}).superRefine((value, context) => {
  const why = whyNoTrees(value, featureNames.length);
  if (why !== undefined) context.addIssue({ code: "custom", message: `trees (${why})` });
});

const correction = z.strictObject({
  basis: z.enum(correctionBases),
  scale: positive,
  classes: z.array(text).max(MAX_CLASSES),
  coefficients: numbers(MAX_CLASSES + 2),
  covariance: numbers((MAX_CLASSES + 2) ** 2),
  lambda: positive,
  residuals: numbers(MAX_NETWORKS),
}).superRefine(({ classes, coefficients, covariance }, context) => {
  const size = classes.length + 2;
  if (coefficients.length === size && covariance.length === size ** 2) return;
  context.addIssue({ code: "custom", message: `a coefficient for each of ${size} columns, and their covariance` });
});

const content = {
  schema: z.literal(LATENCY_SCHEMA),
  createdAt: text,
  device: z.strictObject({
    name: text,
    kind: z.enum(["gpu", "cpu", "phone"]),
    runtime: text,
    fusion: z.enum(Object.keys(runtimeFusions) as RuntimeName[]),
    precision: z.enum(latencyPrecisions),
    batch: extent,
    resolution: extent,
    notes: z.record(text, text),
  }),
  measured: z.strictObject({ kernels: count, networks: count }),
  model: z.strictObject({
    rules: z.strictObject({
      bytesPerValue: positive,
      tiling: z.strictObject({ product: z.array(tile).min(1).max(16), depthwise: tile, concurrent: extent }),
    }),
    roofline: z.strictObject({
      lnOverheadMs: logarithm,
      lnPeak: logarithm,
      lnDepthwisePeak: logarithm,
      lnBandwidth: logarithm,
      lnExponent: z.number().min(-5).max(5),
    }),
    trees: trees.nullable(),
  }),
  correction,
  intervals: z.strictObject({
    kernels: number.nullable(),
    networks: positive,
    elites: z.array(positive).max(MAX_NETWORKS),
  }),
  domain: z.strictObject({
    signatures: z.array(text).max(10_000),
    kinds: z.record(text, z.strictObject({ batch: bounds, size: bounds, inputs: bounds, outputs: bounds })),
    latencyMs: bounds,
  }),
  noise: number.nullable(),
  acceptance: z.strictObject({
    kernels: accuracy.nullable(),
    networks: accuracy,
    baselines: z.strictObject({ macs: number, mean: number }),
    gates: z.array(z.strictObject({ name: text, limit: number, value: number.nullable(), passed: z.boolean() })).max(
      100,
    ),
    passed: z.boolean(),
  }),
};

const artefactSchema = z.strictObject({
  ...content,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
});

/** JSON with the keys of every object in code point order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${entries.map(([key, of]) => `${JSON.stringify(key)}:${canonical(of)}`).join(",")}}`;
}

/** The SHA-256 of an artefact's content, hex: of its JSON without spaces and `sha256`, keys in code point order. */
export function contentHash(artefact: LatencyContent): string {
  const { sha256: _, ...rest } = artefact as LatencyArtefact;
  return bytesToHex(sha256(new TextEncoder().encode(canonical(rest))));
}

/** An artefact of its content. */
export function sealArtefact(content: LatencyContent): LatencyArtefact {
  return { ...content, sha256: contentHash(content) };
}

function parseJson(text: string): unknown {
  if (text.length > MAX_ARTEFACT_LENGTH) {
    throw new LatencyArtefactError("", { expected: `at most ${MAX_ARTEFACT_LENGTH} characters: got ${text.length}` });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LatencyArtefactError("", { expected: "JSON", cause });
  }
}

/**
 * Reads an artefact from its text. Throws LatencyArtefactError with the path of what is wrong: unknown or missing fields,
 * sizes beyond bounds, trees that would not end, a hash that is not the content's.
 */
export function parseArtefact(text: string): LatencyArtefact {
  const { data, error } = artefactSchema.safeParse(parseJson(text));
  if (error) {
    const { path, message } = error.issues[0]!;
    throw new LatencyArtefactError(path.join("."), { expected: `as its schema says (${message})` });
  }
  const artefact = data as LatencyArtefact, hash = contentHash(artefact);
  if (artefact.sha256 === hash) return artefact;
  throw new LatencyArtefactError("sha256", { expected: `the hash of the content, ${hash}: got ${artefact.sha256}` });
}

/** The text of an artefact: JSON, one field of the content a line. */
export function printArtefact(artefact: LatencyArtefact): string {
  const fields = Object.entries(artefact).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(",\n")}\n}\n`;
}
