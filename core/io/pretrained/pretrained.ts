/** The published weights of networks: looked for on disk, fetched once, and held to the hash that they had then. */
import { isAbsolute, join } from "node:path";
import { download, type DownloadOptions, isFile } from "./download.ts";
import { FetchError } from "./error.ts";
import { fileHash, heldHash } from "./held_hash.ts";

/** Where Zen-NAS keeps published weights, in the user's own folder. */
const DEFAULT_PLACE = ".cache/pytorch/checkpoints/zennet_pretrained";

/** Where published weights are. */
export interface PublishedWeights {
  /** Their path within a folder or mirror of checkpoints. */
  readonly checkpoint: string;
  /** Where they were published. */
  readonly url: string;
}

/** How to find published weights. */
export interface PretrainedOptions extends Omit<DownloadOptions, "check"> {
  /** A folder that holds them under their names, or a mirror's URL; unless told, their publisher and Zen-NAS's folder. */
  readonly checkpoints?: string | undefined;
  /** The folder that fetched files are kept in; Zen-NAS's unless told. */
  readonly folder?: string | undefined;
}

/** Published weights on this machine. */
export interface PretrainedFile {
  /** The file. */
  readonly path: string;
  /** Its SHA-256, in hexadecimal. */
  readonly sha256: string;
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text);

/** Zen-NAS's folder of published weights. Throws FetchError where the user's own folder is not known. */
function defaultFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  if (home && isAbsolute(home)) return join(home, DEFAULT_PLACE);
  throw new FetchError("write", "Cannot keep published weights as HOME names no folder: got none", { path: "" });
}

/** The URL of a file on a mirror. */
function mirrored(mirror: string, checkpoint: string): string {
  return `${mirror.replace(/\/+$/, "")}/${checkpoint}`;
}

/**
 * A network's published weights. They are looked for in the folder of published weights (or `checkpoints`), and fetched
 * where they are not there: with progress, going on where an earlier call stopped. The SHA-256 is recorded beside the file
 * at first and compared ever after. Throws FetchError, and the signal's reason.
 */
export async function pretrainedWeights(
  { checkpoint, url }: PublishedWeights,
  options: PretrainedOptions = {},
): Promise<PretrainedFile> {
  const { checkpoints } = options;
  if (checkpoints !== undefined && !isUrl(checkpoints)) {
    const path = join(checkpoints, checkpoint);
    if (await isFile(path)) return { path, sha256: await fileHash(path) };
    throw new FetchError("missing", `Cannot find the published weights as there must be a file: got none at ${path}`, {
      path,
    });
  }
  const path = join(options.folder ?? defaultFolder(), checkpoint);
  let sha256: string | undefined;
  if (!await isFile(path)) {
    const from = checkpoints === undefined ? url : mirrored(checkpoints, checkpoint);
    await download(from, path, { ...options, check: async (content) => sha256 = await heldHash(path, { content }) });
  }
  // Where another process fetched the file, this one has not checked it.
  return { path, sha256: sha256 ?? await heldHash(path, { content: path }) };
}
