/**
 * Which configuration files and runs may run the modules that they name. A file of this user holds the hash of each, and
 * of its modules, from when it was trusted: what changes since is not trusted any more.
 */
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "npm:zod@4.6.7";
import { validate } from "../../settings/config_error.ts";
import { ConfigError } from "../../search/mod.ts";
import { isMissing } from "../files/error.ts";
import { readTextSync } from "../files/read.ts";
import { replaceFile } from "../files/write.ts";
import { moduleHash } from "../module_hash.ts";
import { moduleHashes } from "../modules.ts";
import { UntrustedModuleError } from "./error.ts";

/** A configuration file or a run, with the modules that it names. */
export interface TrustSubject {
  /** What its user calls it. */
  readonly source: string;
  /** The URL of the file, or of the run's folder. */
  readonly url: URL;
  /** A hash of all that it says, but for a run's limits. */
  readonly hash: string;
  /** The modules, by URL. */
  readonly modules: readonly string[];
}

/** A file or a run as it was when it was trusted. */
export interface TrustEntry {
  /** Where it is, without symbolic links. */
  readonly path: string;
  /** Its hash. */
  readonly hash: string;
  /** The hash of each of its modules' sources, by the module's URL. */
  readonly modules: Readonly<Record<string, string>>;
}

const texts = z.record(z.string(), z.string("a hash"), "a mapping of hashes");
const schema: z.ZodType<{ readonly trusted: readonly TrustEntry[] }> = z.strictObject({
  trusted: z.array(
    z.strictObject({ path: z.string("a path"), hash: z.string("a hash"), modules: texts }, "an entry"),
    "a list",
  ),
}, "a mapping with trusted");

/** Where trust is kept: `zennas/trust.json` below XDG_CONFIG_HOME, or the user's folder for configurations. */
export function defaultTrustFile(env: Pick<Deno.Env, "get"> = Deno.env): string {
  const configured = env.get("XDG_CONFIG_HOME");
  if (configured !== undefined && isAbsolute(configured)) return join(configured, "zennas", "trust.json");
  const windows = Deno.build.os === "windows", base = env.get(windows ? "APPDATA" : "HOME");
  if (base) return join(base, ...(windows ? [] : [".config"]), "zennas", "trust.json");
  throw new Error(`Cannot find the file of what is trusted as ${windows ? "APPDATA" : "HOME"} must be set`);
}

const isLocal = (module: string): boolean => module.startsWith("file:");

/** The trust of one user. */
export class TrustStore {
  /** The file. */
  readonly path: string;

  /** Trust kept in a file, which need not be there. */
  constructor(path: string = defaultTrustFile()) {
    this.path = path;
  }

  /** Everything that was trusted, by path. Throws ConfigError for a damaged file. */
  entries(): readonly TrustEntry[] {
    let text: string;
    try {
      text = readTextSync(this.path, "yaml");
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
    return validate(schema, this.#parsed(text), this.path).trusted;
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ConfigError(this.path, [{ path: "", expected: "JSON", got: String(cause) }], { cause });
    }
  }

  /** Trusts a file or a run as it is now. Throws ConfigError where it names no module, or one from the network. */
  async trust({ source, url, hash, modules }: TrustSubject): Promise<TrustEntry> {
    const problem = (expected: string, got: string) => new ConfigError(source, [{ path: "", expected, got }]);
    if (modules.length === 0) throw problem("a module that it names (nothing else needs trust)", "none");
    const remote = modules.find((module) => !isLocal(module));
    if (remote) throw problem("modules in files alone (others may change; name them by --module)", remote);
    for (const module of modules) Deno.statSync(new URL(module));
    const entry = { path: Deno.realPathSync(fileURLToPath(url)), hash, modules: await moduleHashes(modules) };
    await this.#change((entries) => [...entries.filter(({ path }) => path !== entry.path), entry]);
    return entry;
  }

  /** Trusts what is at a path no more. Tells whether it was trusted. */
  async remove(path: string): Promise<boolean> {
    let found = false;
    await this.#change((entries) => {
      const rest = entries.filter((entry) => entry.path !== path);
      found = rest.length < entries.length;
      return rest;
    });
    return found;
  }

  /** Why some modules of a file or a run may not run; undefined where they may. */
  async objection({ url, hash }: TrustSubject, modules: readonly string[]): Promise<string | undefined> {
    const path = Deno.realPathSync(fileURLToPath(url)), entry = this.entries().find((known) => known.path === path);
    if (!entry) return "it is not trusted";
    if (entry.hash !== hash) return "it changed since it was trusted";
    for (const module of modules) {
      if (entry.modules[module] !== await moduleHash(new URL(module))) return `${module} changed since it was trusted`;
    }
    return undefined;
  }

  /** Replaces the file by a rename, under a lock: a reader finds it whole, and no change of another process is lost. */
  async #change(change: (entries: readonly TrustEntry[]) => readonly TrustEntry[]): Promise<void> {
    Deno.mkdirSync(join(this.path, ".."), { recursive: true, mode: 0o700 });
    using lock = Deno.openSync(`${this.path}.lock`, { create: true, write: true, mode: 0o600 });
    await lock.lock(true);
    const trusted = [...change(this.entries())].sort((a, b) => a.path < b.path ? -1 : 1);
    replaceFile(this.path, `${JSON.stringify({ trusted }, null, 2)}\n`, { mode: 0o600 });
  }
}

/**
 * Throws UntrustedModuleError unless each module that a file or a run names is named by its user too, by URL, or the file
 * or run is trusted. A module from the network must be named by its user.
 */
export async function requireTrust(subject: TrustSubject, named: readonly string[], store?: TrustStore): Promise<void> {
  const modules = subject.modules.filter((module) => !named.includes(module)), { source } = subject;
  if (modules.length === 0) return;
  if (subject.url.protocol !== "file:" || !modules.every(isLocal)) {
    const reason = "modules from the network, or of files there, must be named on the command line";
    throw new UntrustedModuleError({ source, modules, reason, trustable: false });
  }
  const reason = await (store ?? new TrustStore()).objection(subject, modules);
  if (reason !== undefined) throw new UntrustedModuleError({ source, modules, reason, trustable: true });
}
