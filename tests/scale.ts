/**
 * How much of long tables tests run: the fewest rows that show everything the table shows, or every row with
 * `deno task test:all`.
 */

/** Whether tests run every row. */
export const everyRow = Deno.env.get("ZENNAS_TESTS") === "all";

/** The rows of a table that tests run. */
export interface Chosen<Row> {
  readonly rows: readonly Row[];
  /** How many of how many, for a test's name. */
  readonly share: string;
}

/** Rows of a table by their numbers. */
export function rowsAt<Row>(table: readonly Row[], indexes: readonly number[]): Chosen<Row> {
  return { rows: indexes.map((index) => table[index]!), share: `${indexes.length} of ${table.length} rows` };
}

/** Every row, or the numbers of few rows that show each kind of the table: first those that show the most new ones. */
export function rowsToRun<Row>(
  table: readonly Row[],
  kindsOf: (row: Row) => readonly string[],
  all: boolean = everyRow,
): Chosen<Row> {
  if (all) return rowsAt(table, [...table.keys()]);
  const missing = new Set(table.flatMap(kindsOf)), indexes: number[] = [];
  while (missing.size > 0) {
    const shown = table.map((row) => new Set(kindsOf(row)).intersection(missing));
    const best = shown.reduce((most, kinds, index) => kinds.size > shown[most]!.size ? index : most, 0);
    indexes.push(best);
    shown[best]!.forEach((kind) => missing.delete(kind));
  }
  return rowsAt(table, indexes.toSorted((a, b) => a - b));
}

/** What a network shows: its kinds of blocks, and whether they have squeeze-and-excitation. */
export function kindsOfNetwork(
  { structure, use_se }: { readonly structure: string; readonly use_se: boolean },
): string[] {
  return [...structure.matchAll(/[A-Z]\w*(?=\()/g)].map(([block]) => `${block}`).concat(`use_se ${use_se}`);
}
