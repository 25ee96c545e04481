/** What a proxy scores, and what of it depends on no parameter's value. */
import { GraphBuilder } from "../graph/graph.ts";
import type { NetworkDesign } from "../networks/design.ts";
import { Network } from "../networks/layers.ts";
import type { LoweredStructure } from "../networks/masternet/mod.ts";
import { fedParameters, IMAGE } from "../networks/parameters.ts";

export { type DesignCost, type NetworkDesign, structureDesign } from "../networks/design.ts";

/** A network on a graph of its own, behind one image and in training mode, for what depends on no parameter's value. */
export function outlineOf(
  design: Pick<NetworkDesign, "lower" | "resolution">,
): LoweredStructure & { readonly network: Network } {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "train", parameters: fedParameters() });
  const shape = [1, design.resolution, design.resolution, 3];
  return { network, ...design.lower(network, builder.add("input", [], { name: IMAGE, shape })) };
}
