/** Survivors that are accepted: each changes nothing that a test should see. */
import type { Mutant } from "./mutants.ts";

/** A mutant that may survive. It is named by its text, so that it is found again when lines move. */
export interface Accepted {
  readonly path: string;
  /** Names of the declarations around it, with dots; empty outside of all. */
  readonly within: string;
  /** The lines it changes, without their indentation, as they are. */
  readonly before: string;
  /** The same lines with the change. */
  readonly after: string;
  /** Why no test should catch it. */
  readonly reason: string;
}

const fields = ["path", "within", "before", "after", "reason"] as const;

const keyOf = ({ path, within, before, after }: Omit<Accepted, "reason">): string =>
  JSON.stringify([path, within, before, after]);

/** Reads the list. Throws a TypeError for an entry that lacks a field. */
export function parseAccepted(text: string): Accepted[] {
  const entries = JSON.parse(text) as Accepted[];
  for (const entry of entries) {
    const missing = fields.find((field) => typeof entry[field] !== "string");
    if (missing) {
      throw new TypeError(`Cannot read accepted.json as each entry needs ${missing}: got ${JSON.stringify(entry)}`);
    }
  }
  return entries;
}

/** Looks mutants up in the list. */
export class AcceptedList {
  readonly #entries: ReadonlyMap<string, Accepted>;

  /** A list of entries. */
  constructor(entries: readonly Accepted[]) {
    this.#entries = new Map(entries.map((entry) => [keyOf(entry), entry]));
  }

  /** Whether a mutant is accepted. */
  has(mutant: Mutant): boolean {
    return this.#entries.has(keyOf(mutant));
  }

  /** The entries that name no mutant of the tree any more. */
  stale(mutants: readonly Mutant[]): Accepted[] {
    const present = new Set(mutants.map(keyOf));
    return [...this.#entries].filter(([key]) => !present.has(key)).map(([, entry]) => entry);
  }
}
