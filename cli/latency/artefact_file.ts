/** Artefacts of calibrations as files. */
import { readText } from "../../core/io/files/read.ts";
import { type LatencyArtefact, parseArtefact } from "../../core/latency/mod.ts";
import { inFile } from "../errors.ts";

/** Reads an artefact. Throws FileError, and LatencyArtefactError that names the file. */
export async function readArtefact(path: string): Promise<LatencyArtefact> {
  const text = await readText(path, "calibration");
  return await inFile(path, () => parseArtefact(text));
}
