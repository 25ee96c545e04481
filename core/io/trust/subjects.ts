/** Configuration files and runs as subjects of trust. */
import { createHash } from "node:crypto";
import { withoutLimits } from "../../search/mod.ts";
import { modulesOf } from "../modules.ts";
import { readConfigFile } from "../presets.ts";
import { hasDatabase } from "../runs/holding.ts";
import { openRunForReading } from "../runs/reader.ts";
import { fileUrl } from "../yaml_file.ts";
import type { TrustSubject } from "./store.ts";

/** A run in a directory. Its limits may change without loss of trust. Throws RunStoreError. */
export function runSubject(directory: string): TrustSubject {
  using run = openRunForReading(directory);
  const search = withoutLimits(run.summary().config);
  return {
    source: directory,
    url: fileUrl(directory),
    hash: createHash("sha256").update(JSON.stringify(search)).digest("hex"),
    modules: modulesOf(search),
  };
}

/** What is at a path: a run's directory, or a configuration file. Throws RunStoreError, ConfigError. */
export async function trustSubject(path: string): Promise<TrustSubject> {
  if (hasDatabase(path)) return runSubject(path);
  const { url, hash, settings } = await readConfigFile(path);
  return { source: path, url, hash, modules: modulesOf(settings) };
}
