/** Writes the picture of a search. */
import { replaceFile, type RunReader } from "../../core/io/mod.ts";
import { searchPlot } from "./plot.ts";

/** Draws a run into a file. Throws RunStoreError, and what the system says of the file. */
export async function writePlot(run: RunReader, path: string): Promise<void> {
  replaceFile(path, await searchPlot(run));
}
