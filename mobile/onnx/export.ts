/** Networks as ONNX files. */
import { create, toBinary } from "npm:@bufbuild/protobuf@2.17.0";
import type { Unsupported } from "../../core/graph/row.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { Shape } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";
import { IMAGE, imageShape, type KnownNetwork } from "../network/network.ts";
import { unsupportedNode } from "../network/unsupported.ts";
import { simplify } from "../network/simplify.ts";
import { type Provenance, PROVENANCE_ENTRY } from "../provenance.ts";
import { channelsFirstShape } from "./layout.ts";
import { OnnxLowering, type OnnxRow } from "./lowering.ts";
import { rows } from "./rows.ts";
import { FLOAT, modelSchema } from "./schema.ts";

/** The operator set that files ask for, and the format's version that came with it. */
const OPERATOR_SET = 17n, FORMAT_VERSION = 8n;
/** Messages end at 2 GiB. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;

/** How to export a network to ONNX. */
export interface OnnxOptions {
  /** Whether the result is probabilities rather than logits; no unless told. */
  readonly softmax?: boolean;
  /** The program that exports, for the file's provenance. */
  readonly producer: string;
}

function port(name: string, shape: Shape): object {
  const dim = shape.map((extent) => ({ dimValue: BigInt(extent) }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

function lower(network: KnownNetwork): OnnxLowering {
  const lowering = new OnnxLowering(network);
  network.graph.nodes.forEach((node, id) => {
    if (node.op === "input") return;
    const row = rows[node.op] as OnnxRow<OpName> | Unsupported;
    if (typeof row !== "function") {
      throw unsupportedNode({ op: node.op, id }, { format: "ONNX", reason: row.unsupported });
    }
    row(lowering, { ...node, id });
  });
  return lowering;
}

function checkSize({ values }: KnownNetwork): void {
  const bytes = Object.values(values).reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes <= LARGEST_FILE_BYTES) return;
  throw new MobileError("EXPORT_TOO_LARGE", `Cannot write ${bytes} bytes as a file holds at most 2 GiB`, {
    data: { bytes },
  });
}

/**
 * A network as the bytes of an `.onnx` file (operator set 17): normalisations folded, one input `input`
 * `[1, 3, h, w]`, one output `logits` or `probabilities`. Throws MobileError EXPORT_….
 *
 * @example
 * ```ts
 * import { networkNamed } from "@zennas/zennas";
 * import { exportOnnx, filledNetwork } from "@zennas/zennas/mobile";
 * const design = networkNamed("SuperConvK3BNRELU(3,8,2,1)").design({ classes: 10 });
 * const bytes = exportOnnx(filledNetwork(design), { producer: "example" });
 * if (bytes.length < 4 * 10 * 8) throw new Error();
 * ```
 */
export function exportOnnx(network: KnownNetwork, { softmax = false, producer }: OnnxOptions): Uint8Array {
  const simple = { ...simplify(network), origin: network.origin };
  checkSize(simple);
  const lowering = lower(simple), logits = simple.graph.outputs[0]!;
  const output = softmax ? lowering.softmax(logits) : lowering.name(logits);
  const provenance: Provenance = {
    ...network.origin,
    producer,
    precision: "f32",
    calibration: null,
    keep: [],
    pixels: null,
    softmax,
  };
  const model = create(modelSchema, {
    irVersion: FORMAT_VERSION,
    producerName: producer,
    opsetImport: [{ version: OPERATOR_SET }],
    metadataProps: [{ key: PROVENANCE_ENTRY, value: JSON.stringify(provenance) }],
    graph: {
      name: "main",
      node: lowering.nodes,
      initializer: lowering.initializers,
      input: [port(IMAGE, channelsFirstShape(imageShape(simple)))],
      output: [port(output, lowering.shape(logits))],
    },
  });
  return toBinary(modelSchema, model);
}
