/** Benchmarks of trained networks, and measures of how well scores rank their networks. */
export * from "./agreement.ts";
export * from "./assessment.ts";
export * from "./benchmark.ts";
export * from "./comparison.ts";
export * from "./nasbench201.ts";
export {
  type Cell,
  cellClass,
  type CellEdge,
  type CellOperation,
  cellOperations,
  parseCell,
} from "./nasbench201_cell.ts";
export * from "./nasbench_macro.ts";
export * from "./structures.ts";
