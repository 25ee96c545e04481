/** What a proxy scores: a network that can be put on a graph and counted, wherever it comes from. */
import { GraphBuilder, type NodeId } from "../graph/graph.ts";
import {
  countLayers,
  type LoweredStructure,
  lowerStructure,
  type NetworkForm,
  printStructure,
  referenceCost,
  type Structure,
} from "../networks/masternet/mod.ts";
import { Network } from "../networks/layers.ts";
import { fedParameters, IMAGE } from "../networks/parameters.ts";

/** What a network costs, by the counting rules of its source. */
export interface DesignCost {
  /** Parameters. */
  readonly parameters: number;
  /** Multiply-adds of one image. */
  readonly macs: number;
  /** Layers. */
  readonly layers: number;
}

/** A network to score. Benchmarks make their own; {@link structureDesign} makes one of a structure. */
export interface NetworkDesign {
  /** Names the network: two designs with one text are the same network. */
  readonly text: string;
  /** Rows and columns of the input image. */
  readonly resolution: number;
  /** Outputs of the classifier. */
  readonly classes: number;
  /** Puts the network behind `input`, `[n, h, w, 3]`. */
  lower(network: Network, input: NodeId): LoweredStructure;
  /** Puts its cell alone behind `input`, `[n, h, w, c]`, where it is made of equal ones. */
  lowerCell?(network: Network, input: NodeId): NodeId;
  /** What it costs. */
  cost(): DesignCost;
}

/**
 * A structure in one of its forms. Costs are Zen-NAS's counting (see `referenceCost`), layers those of all blocks.
 *
 * @example
 * ```ts
 * import { parseStructure, structureDesign } from "@zennas/zennas";
 * const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)");
 * const design = structureDesign(structure, { classes: 10, resolution: 32 });
 * if (design.cost().layers !== 1) throw new Error();
 * ```
 */
export function structureDesign(structure: Structure, form: NetworkForm): NetworkDesign {
  return {
    text: printStructure(structure),
    resolution: form.resolution,
    classes: form.classes,
    lower: (network, input) => lowerStructure(structure, network, { ...form, input }),
    cost: () => ({ ...referenceCost(structure, form), layers: countLayers(structure) }),
  };
}

/** A network on a graph of its own, behind one image and in training mode, for what depends on no parameter's value. */
export function outlineOf(
  design: Pick<NetworkDesign, "lower" | "resolution">,
): LoweredStructure & { readonly network: Network } {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "train", parameters: fedParameters() });
  const shape = [1, design.resolution, design.resolution, 3];
  return { network, ...design.lower(network, builder.add("input", [], { name: IMAGE, shape })) };
}
