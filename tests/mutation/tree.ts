/** The tracked files of the repository, and copies of them in which mutants are tried. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** The repository's folder, with a slash at its end. */
export const root = new URL("../../", import.meta.url).pathname;

/** The SHA-256 of a text or bytes, in hexadecimal. */
export function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What a command prints; throws an Error with what it said where it fails. */
export async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd: root }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot go on as ${command} ${args[0]} must succeed: got ${decoder.decode(stderr).trim()}`);
  }
  return decoder.decode(stdout);
}

/** The tracked files by path, as they are on disk now. */
export async function readTree(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const path of (await outputOf("git", ["ls-files", "-z"])).split("\0")) {
    const file = path === "" ? undefined : await Deno.lstat(root + path).catch(() => undefined);
    if (file?.isFile) files.set(path, await Deno.readFile(root + path));
  }
  return files;
}

/** What names a state of the tree. */
export function hashOfTree(files: ReadonlyMap<string, Uint8Array>): string {
  return hashOf([...files].map(([path, content]) => `${path}\0${hashOf(content)}\n`).join(""));
}

/** Deno's cache of transpiled modules, which holds one folder for each copy. */
async function transpiledFolder(): Promise<string> {
  return JSON.parse(await outputOf(Deno.execPath(), ["info", "--json"])).typescriptCache;
}

/** A copy of the tree in a temporary folder, removed when it is disposed. */
export class TreeCopy implements AsyncDisposable {
  /** Holds `tree` and `tmp`. */
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a copy. */
  static async of(files: ReadonlyMap<string, Uint8Array>): Promise<TreeCopy> {
    const copy = new TreeCopy(await Deno.realPath(await Deno.makeTempDir({ prefix: "zennas_mutation_" })));
    await Deno.mkdir(copy.temporary);
    for (const [path, content] of files) {
      await Deno.mkdir(dirname(join(copy.root, path)), { recursive: true });
      await Deno.writeFile(join(copy.root, path), content);
    }
    return copy;
  }

  /** The copy's root, without a slash at its end. */
  get root(): string {
    return `${this.#folder}/tree`;
  }

  /** A folder for the temporary files of the tests, so that what killed tests leave is removed too. */
  get temporary(): string {
    return `${this.#folder}/tmp`;
  }

  /** Writes a file of the copy. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    await Deno.writeFile(
      join(this.root, path),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }

  /** Removes the copy and what Deno cached of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
    const transpiled = join(await transpiledFolder(), "file", this.#folder);
    await Deno.remove(transpiled, { recursive: true }).catch(() => {});
  }
}
