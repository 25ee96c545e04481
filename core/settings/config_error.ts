/** What is wrong with a configuration, one line a problem. */
import { type core, z } from "npm:zod@4.6.7";
import { shorten } from "../shorten.ts";

/** One problem of a configuration. */
export interface ConfigProblem {
  /** Where, such as `budgets.params`; empty for the whole. */
  readonly path: string;
  /** What was expected there. */
  readonly expected: string;
  /** What was found, as JSON, or `nothing`; cut if it is long. */
  readonly got: string;
}

/** How many problems a message lists. */
const MOST_LISTED = 20;

function lineOf({ path, expected, got }: ConfigProblem): string {
  return `${path === "" ? "" : `${shorten(path)}: `}expected ${expected}, got ${got}`;
}

/** Settings, or a file with them or with data, that cannot be used. Its message has one line a problem: path, what was expected, what was found. */
export class ConfigError extends Error {
  /** The error's class. */
  override readonly name = "ConfigError";
  /** The file, preset or flag set that it came from. */
  readonly source: string;
  /** Everything that is wrong, in the order of the schema. */
  readonly problems: readonly ConfigProblem[];

  /** An error about what came from `source`. */
  constructor(source: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const lines = problems.slice(0, MOST_LISTED).map(lineOf);
    if (problems.length > MOST_LISTED) lines.push(`and ${problems.length - MOST_LISTED} more`);
    super(`Cannot use ${source}:\n${lines.map((line) => `  ${line}`).join("\n")}`, options);
    this.source = source;
    this.problems = problems;
  }
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : shorten(JSON.stringify(value) ?? String(value));
}

/** The value at a path, as far as it exists. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => inner === null || inner === undefined ? undefined : (inner as Record<PropertyKey, unknown>)[key],
    value,
  );
}

/** The keys that the object schema at a path knows. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let inner: z.ZodType | undefined = schema;
  for (const key of [...path, undefined]) {
    while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap() as z.ZodType;
    if (key === undefined || !(inner instanceof z.ZodObject)) break;
    inner = inner.shape[key as string] as z.ZodType | undefined;
  }
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function problemsOf(issue: core.$ZodIssue, schema: z.ZodType, value: unknown): readonly ConfigProblem[] {
  const join = (path: readonly PropertyKey[]) => path.map(String).join(".");
  if (issue.code !== "unrecognized_keys") {
    return [{ path: join(issue.path), expected: issue.message, got: show(valueAt(value, issue.path)) }];
  }
  const expected = `no such key but one of ${knownKeys(schema, issue.path).join(", ")}`;
  return issue.keys.map((key) => ({
    path: join([...issue.path, key]),
    expected,
    got: show(valueAt(value, [...issue.path, key])),
  }));
}

/**
 * Checks a value against a schema whose messages say what is expected, and returns it with its defaults. Throws
 * {@link ConfigError} naming every problem.
 */
export function validate<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, schema, value));
  throw new ConfigError(source, problems, { cause: result.error });
}
