/** Comma-separated values (RFC 4180). */
import { parse } from "csv-parse/sync";

/** The fields of a line by the names in the first line. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * The rows of a text; empty lines are left out. Throws SyntaxError, with the line, for a quote where none may be or that is
 * not closed, and for a row with more or fewer fields than the first line.
 */
export function parseCsv(text: string): readonly CsvRow[] {
  const lineEnds = ["\r\n", "\n"];
  try {
    return parse<CsvRow>(text, { bom: true, columns: true, record_delimiter: lineEnds, skip_empty_lines: true });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read comma-separated values as the parser says: ${said}`, { cause });
  }
}
