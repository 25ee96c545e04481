/** The networks that a command works on: from its arguments, a file or stdin; structure strings or names of the zoo. */
import { readStdin, readText } from "../core/io/files/read.ts";
import { parseChainedStructure, type Structure } from "../core/networks/masternet/mod.ts";
import { type NamedNetwork, networkNamed, spelledStructure } from "../core/networks/zoo/mod.ts";
import { inFile, UsageError } from "./errors.ts";

/** A structure beside the text that named it. */
export interface NamedStructure {
  readonly text: string;
  readonly structure: Structure;
}

function readInput(path: string): Promise<string> {
  return path === "-" ? readStdin("structures") : readText(path, "structures");
}

/** The networks of a file's lines but for empty ones and comments. */
async function readNetworks(path: string): Promise<NamedNetwork[]> {
  const source = path === "-" ? "standard input" : path, found: NamedNetwork[] = [];
  for (const [index, line] of (await readInput(path)).split("\n").entries()) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    found.push(await inFile(`${source}:${index + 1}`, () => networkNamed(text)));
  }
  return found;
}

/** The structure that a text names or spells; throws StructureSyntaxError, StructureChannelError. */
export function resolveStructure(text: string): NamedStructure {
  const spelled = spelledStructure(text);
  return { text: spelled, structure: parseChainedStructure(spelled) };
}

/**
 * All networks of a command, in order: first its arguments, then the lines of `file`. Throws UsageError where there are
 * none, StructureSyntaxError or StructureChannelError for the first that is no network, within ErrorInFile if it is a line
 * of the file, and FileError.
 */
export async function collectNetworks(
  texts: readonly string[],
  { file }: { readonly file?: string },
): Promise<NamedNetwork[]> {
  const named = texts.map(networkNamed);
  const all = file === undefined ? named : [...named, ...await readNetworks(file)];
  if (all.length === 0) throw new UsageError("Cannot go on without a structure: give one, or --file");
  return all;
}
