/** Reads the table of operators that `benchmark_model --enable_op_profiling=true` prints. */

/** An operator's share of a run. */
export interface OperatorTime {
  /** Its kind, as the runtime names it. */
  readonly kind: string;
  /** Its time per inference, ms. */
  readonly averageMs: number;
  /** Its share of the whole, %. */
  readonly percent: number;
  /** What its output is called. */
  readonly name: string;
}

const HEADER = /^\s*\[node type\]/;

function cells(line: string): readonly string[] {
  return line.split("\t").map((cell) => cell.trim()).filter((cell) => cell !== "");
}

/** The operators in the order in which they ran, by the last table "Run Order"; none where there is no table. */
export function parseProfile(text: string): readonly OperatorTime[] {
  const lines = text.replaceAll("\r", "").split("\n");
  const start = lines.findLastIndex((line) => / Run Order /.test(line));
  const header = start < 0 ? -1 : lines.findIndex((line, index) => index > start && HEADER.test(line));
  if (header < 0) return [];
  const titles = cells(lines[header]!);
  const at = (title: string): number => titles.indexOf(title);
  const rows: OperatorTime[] = [];
  for (const line of lines.slice(header + 1)) {
    const row = cells(line);
    if (row.length < titles.length - 1) break;
    rows.push({
      kind: row[0]!,
      averageMs: Number(row[at("[avg ms]")]),
      percent: Number(row[at("[%]")]?.replace("%", "")),
      name: row[at("[Name]")] ?? "",
    });
  }
  return rows;
}
