/** The error that a malformed structure string ends in. */

/** Characters of the structure shown on each side of the fault. */
const EXCERPT_REACH = 36;

/** The text around a position on one line, and a caret below it. */
function excerpt(text: string, position: number): string {
  const from = Math.max(0, position - EXCERPT_REACH), to = Math.min(text.length, position + EXCERPT_REACH);
  const before = from > 0 ? "…" : "", after = to < text.length ? "…" : "";
  // Characters that would break the line or hide would put the caret in the wrong column.
  const shown = text.slice(from, to).replace(/[^\x20-\x7e]/g, "?");
  return `  ${before}${shown}${after}\n  ${" ".repeat(before.length + position - from)}^`;
}

/**
 * A string is not a structure. The message is one line, then the text around the fault with a caret under it.
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
  /** For telling errors apart. */
  override readonly name = "StructureSyntaxError";
  /** The whole text that was to be parsed. */
  readonly structure: string;
  /** Index in {@link structure} of the character that cannot stand there; its length where the text ends too early. */
  readonly position: number;

  /** An error whose reason completes "Cannot parse the structure as …". */
  constructor(reason: string, { structure, position }: { readonly structure: string; readonly position: number }) {
    super(`Cannot parse the structure as ${reason}, at character ${position + 1}\n${excerpt(structure, position)}`);
    this.structure = structure;
    this.position = position;
  }
}
