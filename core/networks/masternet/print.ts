/** Prints structures as text. */
import type { Block, Structure } from "./structure.ts";

/** How a structure is printed. */
export interface PrintOptions {
  /**
   * Whether labels are kept; default: false. Labels have no meaning, and without them a network has one canonical text.
   */
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
 * The canonical text of a structure: no white space, every argument written out, labels only where the options ask for
 * them. Parsing it gives an equal structure again (except for labels, where they were left out).
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
