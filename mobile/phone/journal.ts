/**
 * What was changed on a phone, written down on this machine before it is changed, so that a crash on either side leaves a
 * record by which the phone can be put back. A second file beside it is locked while it is in use: one measurement a phone
 * at a time. (Not the journal's own file, as another takes its place whenever it is written.)
 */
import { isMissing } from "../../core/io/files/error.ts";
import { readText } from "../../core/io/files/read.ts";
import { replaceFile } from "../../core/io/files/write.ts";
import { type Device, quote } from "../adb/mod.ts";
import { MeasurementError } from "./errors.ts";
import { restoreLines, type SavedSettings } from "./quiet.ts";

/** The content of a journal. */
export interface JournalEntry extends SavedSettings {
  /** Changes when a field changes its meaning. */
  readonly schema: 1;
  /** The phone. */
  readonly serial: string;
  /** The folder on the phone that holds what was pushed. */
  readonly folder: string;
}

/** Where journals are kept: below XDG_STATE_HOME, or HOME/.local/state. */
export function defaultJournalFolder(): string {
  return `${Deno.env.get("XDG_STATE_HOME") ?? `${Deno.env.get("HOME")}/.local/state`}/zennas/phones`;
}

/** Commands that kill the processes whose working directory is a folder, and remove the folder. */
function sweepLine(folder: string): string {
  const kill = `for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = ${quote(folder)} ] && kill -KILL \${p#/proc/}; done`;
  return `{ ${kill}; } 2>/dev/null; rm -rf ${quote(folder)}`;
}

/** The journal of one phone, held by this process. */
export class Journal implements Disposable {
  readonly #path: string;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, lock: Deno.FsFile) {
    this.#path = path;
    this.#lock = lock;
  }

  /** Opens a phone's journal. Throws MeasurementError (PHONE_IN_USE). */
  static async open(serial: string, folder: string = defaultJournalFolder()): Promise<Journal> {
    await Deno.mkdir(folder, { recursive: true });
    const name = `${folder}/${serial.replace(/[^\w.-]/g, "_")}`, path = `${name}.json`;
    const lock = await Deno.open(`${name}.lock`, { create: true, read: true, write: true });
    if (await lock.tryLock(true)) return new Journal(path, lock);
    lock.close();
    throw new MeasurementError("PHONE_IN_USE", `Cannot measure as another process measures on ${serial}`, {
      data: { path },
    });
  }

  /**
   * What is to be put back; undefined if nothing is. The phone is changed only once a whole entry is on the disk: half an
   * entry, as earlier versions could leave, means that nothing was changed.
   */
  async read(): Promise<JournalEntry | undefined> {
    try {
      const text = await readText(this.#path, "record");
      return text.endsWith("\n") ? JSON.parse(text) : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Writes down what is about to be changed, safely on the disk before this returns. */
  write(entry: JournalEntry): void {
    replaceFile(this.#path, `${JSON.stringify(entry)}\n`);
  }

  /** Puts a phone back as the journal says, and removes the entry. Returns whether there was anything to do. */
  async restore(device: Device): Promise<boolean> {
    const entry = await this.read();
    if (!entry) return false;
    const lines = restoreLines(entry);
    try {
      await device.shell(sweepLine(entry.folder));
      const { stderr } = await device.shell(lines.join("; "));
      const names = Object.keys(entry.settings);
      const { stdout } = await device.shell(names.map((name) => `settings get global ${name}`).join("; "));
      const now = stdout.trim().split("\n").map((line) => line.trim());
      const wrong = names.filter((name, index) => (entry.settings[name] ?? "null") !== now[index]);
      if (wrong.length > 0) throw new Error(`${wrong.join(", ")} stayed as it was: ${stderr}`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : cause;
      const message = `Cannot put ${entry.serial} back as it was (in its shell: ${lines.join("; ")}): ${reason}`;
      throw new MeasurementError("RESTORE_FAILED", message, { cause, data: { lines } });
    }
    await Deno.remove(this.#path);
    return true;
  }

  /** Gives the journal free. */
  [Symbol.dispose](): void {
    this.#lock.close();
  }
}
