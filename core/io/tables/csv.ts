/** Comma-separated values (RFC 4180). */
// @ts-types="./csv_parse.d.ts"
import { parse } from "npm:csv-parse@7.0.3/sync";

const FORMAT = { bom: true, columns: true, record_delimiter: ["\r\n", "\n"], skip_empty_lines: true } as const;

/** The fields of a line by the names in the first line. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * The rows of a text; empty lines are left out. Throws SyntaxError, with the line, for a quote where none may be or that is
 * not closed, and for a row with more or fewer fields than the first line.
 */
export function parseCsv(text: string): readonly CsvRow[] {
  try {
    return parse<CsvRow>(text, FORMAT);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read comma-separated values as the parser says: ${said}`, { cause });
  }
}

/**
 * A line of comma-separated values without its end; a field with a comma, a quote or a line break is quoted, and one that
 * is null is empty.
 *
 * @example
 * ```ts
 * import { csvLine } from "@zennas/zennas";
 * if (csvLine([1, "SuperConvK3BNRELU(3,8,1,1)", null]) !== '1,"SuperConvK3BNRELU(3,8,1,1)",') throw new Error();
 * ```
 */
export function csvLine(fields: readonly (string | number | null)[]): string {
  return fields.map((field) => {
    const text = `${field ?? ""}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(",");
}
