/** Calibration: measures the ranges of a network's activations on a few images. */
import type { Backend } from "../../../core/graph/backend.ts";
import type { NodeId } from "../../../core/graph/graph.ts";
import { MobileError } from "../../errors.ts";
import { IMAGE, imageNode, type InferenceNetwork } from "../../network/network.ts";
import { type Range, rangeOf, union } from "./quantize.ts";

/** What calibration needs. */
export interface Calibration {
  /** The backend that computes the activations. */
  readonly backend: Backend;
  /** Images in the shape of the network's input, row-major; one or two dozen are enough. */
  readonly images: Iterable<Float32Array> | AsyncIterable<Float32Array>;
}

/** The nodes that compute something, which are all except inputs. */
function computed({ graph: { nodes } }: InferenceNetwork): readonly NodeId[] {
  return [...nodes.keys()].filter((id) => nodes[id]!.op !== "input");
}

/**
 * The range of the image and of every computed node over all images, by node. Throws MobileError
 * EXPORT_CALIBRATION_MISSING where there is no image, EXPORT_NONFINITE where an activation overflows.
 */
export async function calibrate(
  network: InferenceNetwork,
  { backend, images }: Calibration,
): Promise<ReadonlyMap<NodeId, Range>> {
  const ranges = new Map<NodeId, Range>(), nodes = computed(network);
  const image = imageNode(network.graph);
  const widen = (id: NodeId, values: Float32Array): void => {
    const range = rangeOf(values), known = ranges.get(id);
    if (!Number.isFinite(range.highest - range.lowest)) {
      throw new MobileError("EXPORT_NONFINITE", `Cannot calibrate as node ${id} overflows float32`, {
        data: { node: id },
      });
    }
    ranges.set(id, known ? union(known, range) : range);
  };
  using program = backend.compile({ ...network.graph, outputs: nodes });
  for await (const values of images) {
    const outputs = await program.run({ feeds: { ...network.values, [IMAGE]: values } });
    widen(image, values);
    nodes.forEach((id, index) => widen(id, outputs[index]!));
  }
  if (ranges.has(image)) return ranges;
  throw new MobileError("EXPORT_CALIBRATION_MISSING", "Cannot calibrate as there is no image");
}
