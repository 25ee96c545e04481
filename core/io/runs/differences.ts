/** In what two pieces of plain data differ. */

/** A place in which two pieces of data differ. */
export interface Difference {
  /** Keys joined by points, such as `budgets.params`. */
  readonly path: string;
  /** The value in the first; undefined where it has none. */
  readonly a: unknown;
  /** The value in the second. */
  readonly b: unknown;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** All places in which two pieces of plain data differ, in the order of their keys. */
export function differences(a: unknown, b: unknown, path = ""): readonly Difference[] {
  if (!isMapping(a) || !isMapping(b)) return Object.is(a, b) ? [] : [{ path, a, b }];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => differences(a[key], b[key], path ? `${path}.${key}` : key));
}
