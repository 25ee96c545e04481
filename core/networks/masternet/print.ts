/** Structures as text. */
import type { Block, Structure } from "./structure.ts";

/** How a structure is printed. */
export interface PrintOptions {
  /** Whether labels are kept; false unless told, because they have no meaning and one network has one canonical form. */
  readonly labels?: boolean;
}

function printBlocks(blocks: readonly Block[], options: PrintOptions): string {
  let text = "";
  for (const block of blocks) text += printBlock(block, options);
  return text;
}

function printBlock({ name, label, args, branches }: Block, options: PrintOptions): string {
  const marked = options.labels && label !== undefined ? `${label}|` : "";
  const numbers = args.join(",");
  const inner = branches.map((blocks) => printBlocks(blocks, options)).join(";");
  return `${name}(${marked}${numbers}${numbers && inner && ","}${inner})`;
}

/**
 * A structure's canonical text: no white space, every argument written out, no labels unless asked for. Parsing it gives
 * an equal structure again (labels apart, where they were not asked for).
 *
 * @example
 * ```ts
 * import { parseStructure, printStructure } from "@zennas/zennas";
 * const structure = parseStructure("ResBlock(stem|ConvKX(8,8,3,1)BN(8))RELU(8)");
 * if (printStructure(structure) !== "ResBlock(8,1,ConvKX(8,8,3,1)BN(8))RELU(8)") throw new Error();
 * ```
 */
export function printStructure({ blocks }: Structure, options: PrintOptions = {}): string {
  return printBlocks(blocks, options);
}
