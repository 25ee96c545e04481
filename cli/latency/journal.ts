/** The measurements of a calibration, in a file beside its artefact: an interrupted calibration goes on from it. */
import { z } from "npm:zod@4.6.7";
import { readText } from "../../core/io/files/read.ts";
import { replaceFile } from "../../core/io/files/write.ts";
import type { CalibrationEntry, LatencyDevice } from "../../core/latency/mod.ts";
import { UsageError } from "../errors.ts";

const SCHEMA = "zennas.latency-journal/1";
/** Measurements are written at most this often, ms: what a killed process loses. */
const WRITE_MS = 1000;

/** What was measured, and with what settings. */
export interface CalibrationSettings {
  /** What is measured on. */
  readonly device: LatencyDevice;
  /** What is drawn, by name. */
  readonly draw: Readonly<Record<string, unknown>>;
}

const positive = z.number().positive();
const file = z.strictObject({
  schema: z.literal(SCHEMA),
  createdAt: z.iso.datetime(),
  settings: z.strictObject({ device: z.record(z.string(), z.unknown()), draw: z.record(z.string(), z.unknown()) }),
  entries: z.array(z.tuple([z.string(), positive, z.number().nonnegative()])).max(1_000_000),
});

/** The journal's path beside an artefact. */
export const journalPath = (artefact: string): string => `${artefact}.journal`;

function parsed(text: string, path: string): z.infer<typeof file> {
  try {
    return file.parse(JSON.parse(text));
  } catch (cause) {
    const why = "Cannot go on with a calibration as its journal is damaged; remove it to begin again";
    throw new UsageError(`${why}: got ${path}`, { cause });
  }
}

/** Throws UsageError where a journal is that of other settings. */
function requireSame(was: object, settings: CalibrationSettings, path: string): void {
  const flat = ({ device, draw }: { device?: { notes?: object }; draw?: object }) => {
    const { notes, ...rest } = device ?? {};
    return { ...rest, ...notes, ...draw };
  };
  const before = flat(was), now = new Map<string, unknown>(Object.entries(flat(settings)));
  for (const [name, value] of Object.entries(before)) {
    if (JSON.stringify(value) === JSON.stringify(now.get(name))) continue;
    throw new UsageError(
      `Cannot go on with the calibration in ${path} as its ${name} was ${JSON.stringify(value)}: ` +
        `got ${JSON.stringify(now.get(name))}; another -o begins a new one`,
    );
  }
}

/** An open journal. Dispose of it to write what is not yet written. */
export class LatencyJournal implements Disposable {
  /** When the calibration began, ISO 8601. */
  readonly createdAt: string;
  readonly #entries: CalibrationEntry[];
  readonly #path: string;
  readonly #settings: CalibrationSettings;
  #written = performance.now();

  private constructor(path: string, { createdAt, settings, entries }: {
    readonly createdAt: string;
    readonly settings: CalibrationSettings;
    readonly entries: CalibrationEntry[];
  }) {
    this.#path = path;
    this.createdAt = createdAt;
    this.#settings = settings;
    this.#entries = entries;
  }

  /** Opens the journal at a path, or begins one. Throws UsageError for a journal of other settings, FileError. */
  static async open(path: string, settings: CalibrationSettings): Promise<LatencyJournal> {
    const known = await Deno.lstat(path).then(() => true, () => false);
    if (!known) {
      const journal = new LatencyJournal(path, { createdAt: new Date().toISOString(), settings, entries: [] });
      journal.#write(); // a path that cannot be written is told before anything is measured
      return journal;
    }
    const { createdAt, settings: was, entries } = parsed(await readText(path, "calibration"), path);
    requireSame(was, settings, path);
    return new LatencyJournal(path, {
      createdAt,
      settings,
      entries: entries.map(([item, ms, spentMs]) => ({ item, ms, spentMs })),
    });
  }

  /** All measurements, in order. */
  get entries(): readonly CalibrationEntry[] {
    return this.#entries;
  }

  /** Adds a measurement. */
  add(entry: CalibrationEntry): void {
    this.#entries.push(entry);
    if (performance.now() - this.#written >= WRITE_MS) this.#write();
  }

  #write(): void {
    const entries = this.#entries.map(({ item, ms, spentMs }) => [item, ms, spentMs]);
    const content = { schema: SCHEMA, createdAt: this.createdAt, settings: this.#settings, entries };
    replaceFile(this.#path, `${JSON.stringify(content)}\n`);
    this.#written = performance.now();
  }

  /** Writes what is not yet written. */
  [Symbol.dispose](): void {
    this.#write();
  }
}
