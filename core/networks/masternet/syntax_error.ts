/** The error for a malformed structure string. */

/** How many characters of the structure are shown on each side of the error. */
const EXCERPT_REACH = 36;

/** The text around a position, on one line, and a line with a caret below the position. */
export function excerpt(text: string, position: number): string {
  const from = Math.max(0, position - EXCERPT_REACH), to = Math.min(text.length, position + EXCERPT_REACH);
  const before = from > 0 ? "…" : "", after = to < text.length ? "…" : "";
  // Replaced, because line breaks and characters without a width would put the caret in the wrong column.
  const shown = text.slice(from, to).replace(/[^\x20-\x7e]/g, "?");
  return `  ${before}${shown}${after}\n  ${" ".repeat(before.length + position - from)}^`;
}

/**
 * Thrown where a string is not a structure. The message is one line, then the text around the error with a caret below
 * it.
 *
 * @example
 * ```ts
 * import { parseStructure, StructureSyntaxError } from "@zennas/zennas";
 * try {
 *   parseStructure("RELU(8)BN(x)");
 *   throw new Error("parsed");
 * } catch (error) {
 *   if (!(error instanceof StructureSyntaxError) || error.position !== 10) throw error;
 * }
 * ```
 */
export class StructureSyntaxError extends SyntaxError {
  /** The name of the error's class. */
  override readonly name = "StructureSyntaxError";
  /** The whole text that was to be parsed. */
  readonly structure: string;
  /**
   * Index in {@link structure} of the character that is not allowed there; the length of the text where it ends too
   * early.
   */
  readonly position: number;

  /** Creates an error; `reason` completes the sentence "Cannot parse the structure as …". */
  constructor(reason: string, { structure, position }: { readonly structure: string; readonly position: number }) {
    super(`Cannot parse the structure as ${reason}, at character ${position + 1}\n${excerpt(structure, position)}`);
    this.structure = structure;
    this.position = position;
  }
}
