/** Architectures that are no structure strings: what each must say of itself. */
import type { NodeId } from "../../graph/graph.ts";
import { designForm, type NamedDesign } from "../design.ts";
import { graphCost } from "../graph_cost.ts";
import type { Network } from "../layers.ts";
import { type FormSwitches, formSwitches, type LoweredStructure, type NetworkForm } from "../masternet/mod.ts";
import type { PublishedFigures } from "../zoo/entry.ts";

/** Where a model is added to a graph. */
export interface ModelSite extends Omit<FormSwitches, "squeezeExcite"> {
  /** The images, `[n, h, w, 3]`. */
  readonly input: NodeId;
  /** Outputs of the classifier. */
  readonly classes: number;
}

/** An architecture that is written by hand, with the parameter names of its PyTorch original. */
export interface Model {
  /** The name of the PyTorch program's function that makes the original, behind the program's own. */
  readonly original: string;
  /** Outputs of the published checkpoint's classifier. */
  readonly classes: number;
  /** Rows and columns of the images that it was published for. */
  readonly resolution: number;
  /** Its authors' figures. */
  readonly published: PublishedFigures;
  /** Puts it on a graph. */
  lower(network: Network, site: ModelSite): LoweredStructure;
}

/**
 * A model in a form. It has its own squeeze-and-excitation, whatever the form says. Costs are counted on its graph,
 * layers are its convolutions and linear layers.
 */
export function modelDesign(
  name: string,
  { model, form }: { readonly model: Model; readonly form: NetworkForm },
): NamedDesign {
  const { classes, resolution } = form, { residualLinks, batchNorm } = formSwitches(form);
  const lower = (network: Network, input: NodeId): LoweredStructure =>
    model.lower(network, { input, classes, residualLinks, batchNorm });
  return {
    text: name,
    resolution,
    classes,
    form: designForm(form),
    lower,
    cost: () => {
      let layers = 0;
      const { parameters, macs } = graphCost([1, resolution, resolution, 3], (network, input) => {
        const { logits } = lower(network, input);
        layers = network.layers.length;
        return logits;
      });
      return { parameters, macs, layers };
    },
  };
}
