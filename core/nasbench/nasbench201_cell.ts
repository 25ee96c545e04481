/** Cells of NAS-Bench-201: graphs of four nodes, with an operation on each of the six edges between them. */
import { ArchitectureError } from "./benchmark.ts";

/** The operations of an edge, in the benchmark's order. */
export const cellOperations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"] as const;
/** One of {@link cellOperations}. */
export type CellOperation = typeof cellOperations[number];

/** An edge of a cell. */
export interface CellEdge {
  /** The node that it comes from. */
  readonly from: number;
  /** Its operation. */
  readonly operation: CellOperation;
}

/** The edges into nodes 1, 2 and 3; the edges of a node are ordered by their source, from node 0 on. */
export type Cell = readonly (readonly CellEdge[])[];

const NODES = 3;

function isOperation(name: string | undefined): name is CellOperation {
  return cellOperations.some((operation) => operation === name);
}

function parseNode(text: string, { node, whole }: { readonly node: number; readonly whole: string }): CellEdge[] {
  const edges = [...text.matchAll(/([a-z0-9_]+)~(\d)(?=\|)/g)].map(([, operation, from]) => {
    if (!isOperation(operation)) throw new ArchitectureError(whole, `operations are ${cellOperations.join(", ")}`);
    return { from: Number(from), operation };
  });
  const printed = `|${edges.map(({ from, operation }) => `${operation}~${from}`).join("|")}|`;
  if (printed === text && edges.length === node && edges.every(({ from }, index) => from === index)) return edges;
  throw new ArchitectureError(whole, `node ${node} has one edge from each earlier node, in order`);
}

/**
 * Parses a cell from its string `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`. Throws ArchitectureError.
 *
 * @example
 * ```ts
 * import { parseCell } from "@zennas/zennas";
 * const cell = parseCell("|none~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|none~2|");
 * if (cell[1]?.[0]?.operation !== "nor_conv_3x3") throw new Error();
 * ```
 */
export function parseCell(text: string): Cell {
  const nodes = text.split("+");
  if (nodes.length !== NODES) throw new ArchitectureError(text, `a cell has ${NODES} nodes behind its input`);
  return nodes.map((node, index) => parseNode(node, { node: index + 1, whole: text }));
}

/** The class of a node that has no input. */
const NOTHING = "#";

function edgeClass({ from, operation }: CellEdge, nodes: readonly string[]): string {
  const source = nodes[from]!;
  if (operation === "none" || source === NOTHING) return NOTHING;
  return operation === "skip_connect" ? source : `(${source})@${operation}`;
}

/**
 * The benchmark's own text for what a cell computes; it is the same for isomorphic cells. The terms of a sum are
 * sorted, a skip is replaced by its source, and an edge that carries no value is `#`. The 15,625 cells form 6,466
 * classes.
 */
export function cellClass(cell: Cell): string {
  const nodes = ["0"];
  for (const edges of cell) {
    nodes.push(edges.map((edge) => edgeClass(edge, nodes)).sort().join("+"));
  }
  return nodes.at(-1)!;
}
