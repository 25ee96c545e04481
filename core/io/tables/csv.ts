/** Comma-separated values (RFC 4180). */
// @ts-types="./csv_parse.d.ts"
import { parse } from "csv-parse/sync";

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
