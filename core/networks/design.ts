/** What is scored, exported and run: a network that can be put on a graph and counted, wherever it comes from. */
import type { NodeId } from "../graph/graph.ts";
import { graphCost } from "./graph_cost.ts";
import type { Network } from "./layers.ts";
import {
  countLayers,
  formSwitches,
  type LoweredStructure,
  lowerStructure,
  type NetworkForm,
  printStructure,
  referenceCost,
  type Structure,
  type TrueCost,
} from "./masternet/mod.ts";

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

/** What a text leaves open. */
export type DesignForm = Required<Omit<NetworkForm, "batchNorm">>;

/** A design that its text and form make again: see `networkNamed`. */
export interface NamedDesign extends NetworkDesign {
  /** What the text leaves open. */
  readonly form: DesignForm;
}

/** A form with what is absent filled in. */
export function designForm({ classes, resolution, ...switches }: NetworkForm): DesignForm {
  const { squeezeExcite, residualLinks } = formSwitches(switches);
  return { classes, resolution, squeezeExcite, residualLinks };
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
export function structureDesign(structure: Structure, form: NetworkForm): NamedDesign {
  return {
    text: printStructure(structure),
    resolution: form.resolution,
    classes: form.classes,
    form: designForm(form),
    lower: (network, input) => lowerStructure(structure, network, { ...form, input }),
    cost: () => ({ ...referenceCost(structure, form), layers: countLayers(structure) }),
  };
}

/** The true cost of a design, counted on its graph for one image. */
export function designCost(design: NetworkDesign): TrueCost {
  const shape = [1, design.resolution, design.resolution, 3];
  const { output: _, ...counts } = graphCost(shape, (network, input) => design.lower(network, input).logits);
  return { ...counts, layers: design.cost().layers };
}
