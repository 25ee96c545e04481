/** What a training's argument stands for. */
import { readText } from "../../core/io/files/read.ts";
import { holdsRun, openRunForReading } from "../../core/io/mod.ts";
import { UsageError } from "../errors.ts";

/** The network that an argument stands for: as it is, in a file, or the best of a search. Throws UsageError, FileError. */
export async function networkText(text: string): Promise<string> {
  const info = await Deno.stat(text).catch(() => undefined);
  if (info?.isFile) return (await readText(text, "structures")).trim();
  if (!info?.isDirectory || !holdsRun(text)) return text;
  using run = openRunForReading(text);
  const { best } = run.summary();
  if (!best) throw new UsageError(`Cannot train the best network of ${text} as it has found none`);
  return best.structure;
}
