/** Schemas of mappings of settings, made of tables that say each setting once. */
import { z } from "npm:zod@4.6.7";

/** A positive integer. */
export const count = z.int("a positive integer").positive("a positive integer");
/** A non-negative integer. */
export const natural = z.int("a non-negative integer").nonnegative("a non-negative integer");
/** A positive number. */
export const amount = z.number("a positive number").positive("a positive number");
/** A text that is not empty. */
export const name = z.string("a name").min(1, "a name");

/** A check for each kind of value; `Types` has the type of each. */
export type Checks<Types> = { readonly [Kind in keyof Types]: z.ZodType<Types[Kind]> };

/** A row of a table of settings: the kind of its values, and a bound where they are numbers. */
export interface Row<Kind> {
  readonly kind: Kind;
  /** The most that a number may be. */
  readonly most?: number;
  readonly required?: true;
  readonly default?: unknown;
}

/** A check with a bound for numbers. */
function atMost(check: z.ZodType, most: number): z.ZodType {
  const within = (value: unknown): boolean => typeof value !== "number" || value <= most;
  return check.refine(within, `at most ${most.toLocaleString("en-US")}`);
}

/** The check of a row of a table: of its kind, with its default, or optional. */
export type RowCheck<Types, R extends Row<keyof Types>> = R extends { readonly default: unknown }
  ? z.ZodDefault<z.ZodType<Types[R["kind"]]>>
  : R extends { readonly required: true } ? z.ZodType<Types[R["kind"]]>
  : z.ZodOptional<z.ZodType<Types[R["kind"]]>>;

/** The schema of a mapping with the settings of a table. `expected` says what stands there. */
export function mapping<Types, Rows extends Readonly<Record<string, Row<keyof Types>>>>(
  rows: Rows,
  { checks, expected }: { readonly checks: Checks<Types>; readonly expected: string },
): z.ZodObject<{ [Key in keyof Rows]: RowCheck<Types, Rows[Key]> }> {
  const shape = Object.entries(rows).map(([key, row]) => {
    const kind: z.ZodType = checks[row.kind], check = row.most === undefined ? kind : atMost(kind, row.most);
    if (row.default !== undefined) return [key, check.default(row.default)] as const;
    return [key, row.required ? check : check.optional()] as const;
  });
  return z.strictObject(
    Object.fromEntries(shape) as unknown as { [Key in keyof Rows]: RowCheck<Types, Rows[Key]> },
    expected,
  );
}
