/** Comma-separated values (RFC 4180). */

/** A field, quoted or bare, and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The rows of a text, the first one's fields as their keys; empty lines are left out. Throws SyntaxError. */
export function* parseCsv(text: string): Generator<Readonly<Record<string, string>>> {
  let header: readonly string[] | undefined;
  for (const row of fieldsOf(text.replace(/^\uFEFF/, ""))) {
    if (row.length === 1 && row[0] === "") continue;
    if (header) yield Object.fromEntries(header.map((name, column) => [name, row[column] ?? ""]));
    else header = row;
  }
}

function* fieldsOf(text: string): Generator<readonly string[]> {
  let row: string[] = [];
  for (let at = 0; at < text.length;) {
    FIELD.lastIndex = at;
    const match = FIELD.exec(text);
    if (!match) {
      throw new SyntaxError(`Cannot read comma-separated values as a quote is not closed: at character ${at}`);
    }
    const [whole, quoted, bare, end] = match;
    at += whole.length;
    row.push(quoted?.replaceAll('""', '"') ?? bare!);
    if (end === ",") {
      if (at === text.length) row.push("");
      continue;
    }
    yield row;
    row = [];
  }
  if (row.length > 0) yield row;
}
