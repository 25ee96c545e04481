/** What is used of csv-parse. Its own declarations need those of Node.js. */

/** The rows of a text as objects, with the fields of the first line as their keys. Throws an Error that names the line. */
export declare function parse<Row>(text: string, options: {
  /** Whether a byte order mark is left out. */
  readonly bom: boolean;
  /** Takes the keys from the first line. */
  readonly columns: true;
  /** What ends a line. */
  readonly record_delimiter: readonly string[];
  /** Whether empty lines are left out. */
  readonly skip_empty_lines: boolean;
}): Row[];
