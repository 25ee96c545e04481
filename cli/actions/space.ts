/** What `zen space` does. */
import { loadSpace } from "../../core/io/mod.ts";
import { listReplacements } from "../../core/search/mod.ts";
import { resolveStructure } from "../structures.ts";
import { note, print, printJson } from "../terminal.ts";

/** Prints what the space offers for one block. Throws RangeError, StructureSyntaxError, ConfigError. */
export async function printReplacements(
  spaceName: string,
  text: string,
  block: number,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const listing = listReplacements(await loadSpace(spaceName), resolveStructure(text).structure, block);
  if (json) return printJson(listing);
  listing.distinct.forEach(print);
  note(
    `${listing.distinct.length} distinct replacements in ${listing.lists.length} lists of ${listing.lists.join(", ")}`,
  );
}
