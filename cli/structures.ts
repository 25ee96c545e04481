/** The networks that a command works on: from its arguments, a file or stdin; structure strings or names of the zoo. */
import { parseChainedStructure, type Structure } from "../core/networks/masternet/mod.ts";
import { type NamedNetwork, networkNamed, spelledStructure } from "../core/networks/zoo/mod.ts";
import { UsageError } from "./errors.ts";

/** A structure beside the text that named it. */
export interface NamedStructure {
  readonly text: string;
  readonly structure: Structure;
}

async function readLines(path: string): Promise<string[]> {
  const text = path === "-" ? await new Response(Deno.stdin.readable).text() : await Deno.readTextFile(path);
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** The structure that a text names or spells; throws StructureSyntaxError, StructureChannelError. */
export function resolveStructure(text: string): NamedStructure {
  const spelled = spelledStructure(text);
  return { text: spelled, structure: parseChainedStructure(spelled) };
}

/**
 * All networks of a command, in order: first its arguments, then the lines of `file`. Throws UsageError where there are
 * none, StructureSyntaxError or StructureChannelError for the first that is no network.
 */
export async function collectNetworks(
  texts: readonly string[],
  { file }: { readonly file?: string },
): Promise<NamedNetwork[]> {
  const all = [...texts, ...(file === undefined ? [] : await readLines(file))];
  if (all.length === 0) throw new UsageError("Cannot go on without a structure: give one, or --file");
  return all.map(networkNamed);
}
