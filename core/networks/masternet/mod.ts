/** Structure strings: syntax, blocks, graphs and costs. */
export { parseChainedStructure, StructureChannelError } from "./chain.ts";
export { type TrueCost, trueCost } from "./cost.ts";
export type {
  BlockDefinition,
  CommonDefinition,
  CompositeDefinition,
  FormSwitches,
  LoweringSite,
  NetworkForm,
  Place,
  PrimitiveDefinition,
  ReferenceCost,
  ReferenceSite,
} from "./definition.ts";
export { blockLayers, blockStride, countLayers, inputChannels, outputChannels } from "./inspect.ts";
export { formSwitches, type LoweredStructure, lowerStructure } from "./lower.ts";
export { MAX_ARGUMENT, MAX_BLOCKS, MAX_DEPTH, parseStructure } from "./parse.ts";
export { type PrintOptions, printStructure } from "./print.ts";
export { referenceCost } from "./reference_cost.ts";
export { blockNames, registerBlock, UnknownBlockError } from "./registry.ts";
export { roundHalfToEven, roundToEight } from "./rounding.ts";
export type { Block, Structure } from "./structure.ts";
export { StructureSyntaxError } from "./syntax_error.ts";
export { chainChannels, splitStructure } from "./transform.ts";
