/** Optimisers as updates of a graph. */
export type { AdadeltaSettings } from "./adadelta.ts";
export type { AdamSettings } from "./adam.ts";
export type { Optimiser, Updated, UpdateSite } from "./optimiser.ts";
export type { RmspropSettings } from "./rmsprop.ts";
export type { SgdSettings } from "./sgd.ts";
export * from "./table.ts";
