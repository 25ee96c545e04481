/** What decides the scores of a run beside its configuration, so that a continued run has them all from the same. */
import type { SearchConfig } from "../../search/mod.ts";
import manifest from "../../../deno.json" with { type: "json" };
import { createHash } from "node:crypto";
import { objectiveTerm } from "../../search/mod.ts";
import { fetchText } from "../files/fetch.ts";
import { latencyModelsOf } from "../latency_models.ts";
import { moduleHashes, modulesOf } from "../modules.ts";
import { isSpaceFile } from "../spaces.ts";
import { fileUrl, isArgumentFile } from "../yaml_file.ts";
import { RunStoreError } from "./error.ts";

/** A text for each part that decides scores: `zennas`, the files that the configuration names, and those of the device. */
export type RunIdentity = Readonly<Record<string, string>>;

/** A part that is no longer what the run was made with. */
export interface RunChange {
  /** Its name in a {@link RunIdentity}. */
  readonly part: string;
  /** What the run was made with. */
  readonly was: string;
  /** What it is now. */
  readonly is: string;
}

/** A run cannot be continued as what decides its scores has changed. */
export class RunChangedError extends RunStoreError {
  static {
    this.prototype.name = "RunChangedError";
  }

  /** All that has changed. */
  readonly changes: readonly RunChange[];

  /** These have changed since the run in a directory was last written. */
  constructor(directory: string, changes: readonly RunChange[]) {
    const lines = changes.map(({ part, was, is }) => `\n  ${part}: the run was made with ${was}, now it is ${is}`);
    super(directory, `Cannot continue run ${directory} as what decides its scores has changed:${lines.join("")}`);
    this.changes = changes;
  }
}

/**
 * The identity of a search: the version of this package, a hash of each module and of a YAML space that the configuration
 * names, with what modules import by relative paths, a hash of each file behind an `@`, such as the artefact of a calibration,
 * and the parts that the caller adds, which say on what it computes.
 */
export async function searchIdentity(config: SearchConfig, device: RunIdentity = {}): Promise<RunIdentity> {
  const { space } = config, files = [...modulesOf(config), ...(isSpaceFile(space) ? [space] : [])];
  const hashes = Object.entries(await moduleHashes(files));
  const parts = hashes.map(([url, hash]) => [url, `sha256 ${hash.slice(0, 16)}`]);
  return { zennas: manifest.version, ...Object.fromEntries(parts), ...await argumentHashes(config), ...device };
}

/** The hash of each file that a budget or an objective is measured by, by its URL. */
async function argumentHashes(config: SearchConfig): Promise<RunIdentity> {
  const given = (config.objectives ?? []).flatMap((text) => objectiveTerm(text)?.argument ?? []);
  const files = new Set([...latencyModelsOf(config), ...given.filter(isArgumentFile)]);
  const hashes = [...files].map(async (file) => {
    const url = fileUrl(file), text = await fetchText(url, "calibration");
    return [url.href, `sha256 ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`];
  });
  return Object.fromEntries(await Promise.all(hashes));
}

/** The parts that both identities have and that differ. */
export function changesBetween(was: RunIdentity, is: RunIdentity): readonly RunChange[] {
  return Object.entries(is).flatMap(([part, now]) => {
    const before = was[part];
    return before === undefined || before === now ? [] : [{ part, was: before, is: now }];
  });
}
