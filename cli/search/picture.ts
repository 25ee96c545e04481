/** Writes the picture of a search. */
import { replaceFile, type RunReader } from "../../core/io/mod.ts";

/** Draws a run into a file. What draws is loaded only now. Throws RunStoreError, and what the system says of the file. */
export async function writePlot(run: RunReader, path: string): Promise<void> {
  const { searchPlot } = await import("./plot.ts");
  replaceFile(path, searchPlot(run));
}
