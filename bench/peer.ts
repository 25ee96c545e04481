/** Measures PyTorch on the same structures, batch, resolution and cores, in the same run, for comparison. */
import type { Subject } from "./networks.ts";
import { BATCH, RESOLUTION } from "./networks.ts";

/** What the peer's script prints for a structure. */
interface PeerLine {
  readonly structure: string;
  readonly torch: string;
  readonly threads: number;
  readonly seconds: { readonly median: number; readonly min: number };
}

/** PyTorch's figures for one structure. */
export interface PeerFigures {
  readonly structure: string;
  readonly torch: string;
  readonly threads: number;
  readonly candidates_per_second: number;
}

/** Runs the script. Throws Error, with the last line of its error output, where it fails. */
export async function measurePeer(
  script: string,
  subjects: readonly Subject[],
  threads: number,
): Promise<PeerFigures[]> {
  const flags = ["--batch", BATCH, "--resolution", RESOLUTION, "--repeat", 5, "--threads", threads].map(String);
  const args = [script, "zen", ...flags, ...subjects.map(({ structure }) => structure)];
  const { success, stdout, stderr } = await new Deno.Command("python3", { args }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot run the peer: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  return text.decode(stdout).trim().split("\n").map((line) => {
    const { structure, torch, threads, seconds } = JSON.parse(line) as PeerLine;
    return { structure, torch, threads, candidates_per_second: 1 / seconds.median };
  });
}
