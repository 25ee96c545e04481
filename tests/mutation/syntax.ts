/** The syntax tree of a TypeScript source, as far as mutants need it. */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser } from "acorn";

const TypeScriptParser = Parser.extend(tsPlugin());

/** An ESTree node, or one of TypeScript's own (`TS…`); `start` and `end` are offsets in the source, `end` exclusive. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Parses a module. Throws a SyntaxError where it cannot. */
export function parse(source: string): SyntaxNode {
  return TypeScriptParser.parse(source, {
    sourceType: "module",
    ecmaVersion: "latest",
    locations: true, // tsPlugin asks for them
  }) as unknown as SyntaxNode;
}

/** Whether a field of a node is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The nodes below a node, in the order of the source's grammar. */
export function* children(node: SyntaxNode): Generator<SyntaxNode> {
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) yield item;
  }
}

/** An identifier's name; undefined for any other node. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && /^(Private)?Identifier$/.test(node.type) ? String(node.name) : undefined;
}
