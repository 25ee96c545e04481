/** Architectures that are written by hand, by name. */
import { efficientnets } from "./efficientnet.ts";
import { mobilenets } from "./mobilenet.ts";
import type { Model } from "./model.ts";
import { resnets } from "./resnet.ts";

export { type Model, modelDesign, type ModelSite } from "./model.ts";

/** Every model by its name. */
export const models: ReadonlyMap<string, Model> = new Map(
  Object.entries({ ...efficientnets, ...resnets, ...mobilenets }),
);
