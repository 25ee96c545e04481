/** Reads the lines that ran from a report of `deno coverage --lcov`. */

/** First and last line of a stretch, from 1. */
export type LineRange = readonly [first: number, last: number];

/**
 * The lines that ran of every file below a folder, by the file's path in it. A line of which only a part ran, such as
 * `if (…) throw …`, has a count of 0 in the report, but a branch (BRDA) begins there: code that did not run has none.
 */
export function coveredLines(lcov: string, folder: string): Map<string, LineRange[]> {
  const files = new Map<string, LineRange[]>();
  let ranges: LineRange[] = [], branching = new Set<string>();
  for (const row of lcov.split("\n")) {
    if (row.startsWith("SF:")) {
      const path = row.slice(3).replace(/^file:\/\//, "");
      [ranges, branching] = [[], new Set()];
      if (path.startsWith(`${folder}/`)) files.set(path.slice(folder.length + 1), ranges);
    }
    const [, branch] = /^BRDA:(\d+),/.exec(row) ?? [];
    if (branch !== undefined) branching.add(branch);
    const [, line, count] = /^DA:(\d+),(\d+)/.exec(row) ?? [];
    if (line !== undefined && (count !== "0" || branching.has(line))) addLine(ranges, Number(line));
  }
  return files;
}

/** Adds a line after all that are there. */
function addLine(ranges: LineRange[], line: number): void {
  const last = ranges.at(-1);
  if (last && last[1] + 1 === line) ranges[ranges.length - 1] = [last[0], line];
  else ranges.push([line, line]);
}

/** Whether a line is in one of the ranges. */
export function includesLine(ranges: readonly LineRange[], line: number): boolean {
  return ranges.some(([first, last]) => first <= line && line <= last);
}

/** How many lines the ranges hold. */
export function countLines(ranges: readonly LineRange[]): number {
  return ranges.reduce((count, [first, last]) => count + last - first + 1, 0);
}
