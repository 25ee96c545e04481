/** Networks by what a user calls them: a name of the zoo, or a structure string. */
import { type NamedDesign, structureDesign } from "../design.ts";
import { type NetworkForm, parseChainedStructure, type Structure } from "../masternet/mod.ts";
import { modelDesign, models } from "../models/mod.ts";
import { UnknownNetworkError } from "./names.ts";
import { publishedNetworks } from "./published.ts";

/** What a form leaves open is as in the published network, or as here where there is none. */
const unpublished = { resolution: 32, classes: 100, squeezeExcite: false } as const;

/** What is asked of a form; the rest, undefined or absent, is as the network was published. */
export type AskedForm = { readonly [Key in keyof NetworkForm]?: NetworkForm[Key] | undefined };

/** A network that has no form yet. */
export interface NamedNetwork {
  /** The structure string, or the model's name. */
  readonly text: string;
  /** The structure; a model has none. */
  readonly structure?: Structure;
  /** The network in a form. */
  design(form?: AskedForm): NamedDesign;
}

/** Throws UnknownNetworkError for a word that is no name but resembles one. */
function checkName(text: string): void {
  if (publishedNetworks.has(text) || !/^\w+$/.test(text)) return;
  const error = new UnknownNetworkError(text);
  if (error.suggestion !== undefined) throw error;
}

/** What is given of a form. */
function given(form: object): Partial<NetworkForm> {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

/**
 * The network that a text names or spells. Throws UnknownNetworkError for what resembles a name, StructureSyntaxError,
 * StructureChannelError for other texts that are no structure either.
 *
 * @example
 * ```ts
 * import { designCost, networkNamed } from "@zennas/zennas";
 * if (designCost(networkNamed("resnet18").design()).parameters !== 11_689_512) throw new Error();
 * if (networkNamed("SuperConvK3BNRELU(3,8,1,1)").design({ classes: 10 }).resolution !== 32) throw new Error();
 * ```
 */
export function networkNamed(text: string): NamedNetwork {
  const model = models.get(text);
  if (model) {
    const { classes, resolution } = model;
    return {
      text,
      design: (form = {}) => modelDesign(text, { model, form: { classes, resolution, ...given(form) } }),
    };
  }
  checkName(text);
  const entry = publishedNetworks.get(text),
    spelled = entry?.structure ?? text,
    structure = parseChainedStructure(spelled);
  const { resolution, classes, squeezeExcite } = entry ?? unpublished;
  return {
    text: spelled,
    structure,
    design: (form = {}) => structureDesign(structure, { resolution, classes, squeezeExcite, ...given(form) }),
  };
}
