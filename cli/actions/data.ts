/** What `zen data` does. */
import { requirePictures } from "../../core/io/picture_permission.ts";
import {
  checkData,
  type CheckProgress,
  type Checksum,
  type DataFolder,
  dataPath,
  type DataReport,
  DataSetError,
  isSound,
  openDataFolder,
  type SplitReport,
} from "../../core/io/mod.ts";
import type { DataCheckOptions } from "../commands/data.ts";
import { Interrupted } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { type Fact, type Progress, ProgressLine } from "../progress.ts";
import { grouped, print, printFields, printJson, printTable } from "../terminal.ts";

/** Broken files that are printed; `--json` lists all. */
const MOST_SHOWN = 20;

/** A report as scripts know it. */
function facts({ splits, unreadable, checksums }: DataReport): object {
  return {
    splits: splits.map(({ perClass, emptyClasses, ...split }) => ({
      ...split,
      per_class: perClass,
      empty_classes: emptyClasses,
    })),
    unreadable,
    checksums,
  };
}

function sizesText({ sizes }: SplitReport): string {
  if (!sizes) return "–";
  const [smallest, largest] = [sizes.smallest.join(" × "), sizes.largest.join(" × ")];
  return smallest === largest ? smallest : `${smallest} … ${largest}`;
}

function perClassText({ perClass: { min, median, max } }: SplitReport): string {
  return min === max ? `${min}` : `${min} … ${max}, median ${median}`;
}

const checksumStates: Readonly<Record<Checksum["state"], string>> = {
  published: "the published file",
  differs: "differs from the published file of this name",
  unknown: "no sum of it was published",
};

function printReport({ splits, unreadable, checksums }: DataReport): void {
  if (splits.length > 0) {
    printTable(
      ["split", "images", "checked", "broken", "classes", "images of a class", "size"],
      splits.map((split) => [
        split.split,
        split.images,
        split.checked,
        split.broken.length,
        split.classes,
        perClassText(split),
        sizesText(split),
      ]),
    );
  }
  const lines = [
    ...unreadable.map(({ split, file, broken }) => `split ${split} cannot be read: ${file}: ${broken}`),
    ...splits.flatMap(({ broken }) => broken.map(({ file, broken }) => `broken ${file}: ${broken}`)),
    ...splits.filter(({ emptyClasses }) => emptyClasses.length > 0).map(({ split, emptyClasses }) =>
      `split ${split} has no images of ${emptyClasses.length} classes: ${emptyClasses.slice(0, MOST_SHOWN).join(", ")}`
    ),
  ];
  lines.slice(0, MOST_SHOWN).forEach(print);
  if (lines.length > MOST_SHOWN) print(`and ${lines.length - MOST_SHOWN} more; --json lists all`);
  for (const { path, md5, state } of checksums) print(`md5 ${md5}  ${path}: ${checksumStates[state]}`);
}

/** What is wrong, for the last line. */
function problems({ splits, unreadable, checksums }: DataReport): string {
  const broken = splits.reduce((sum, split) => sum + split.broken.length, 0);
  const differing = checksums.filter(({ state }) => state === "differs").length;
  const counts: readonly (readonly [count: number, one: string, many: string])[] = [
    [unreadable.length, "split cannot be read", "splits cannot be read"],
    [broken, "image is broken", "images are broken"],
    [differing, "file differs from the published one", "files differ from the published ones"],
  ];
  return counts.filter(([count]) => count > 0).map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(", ");
}

function progressOf({ what, checked, of, broken }: CheckProgress): Progress {
  if (of === 0) return { share: 0, facts: [`reading ${what}`] };
  const count: Fact = { text: `${broken} broken`, colour: broken > 0 ? "red" : "green" };
  return { share: checked / of, facts: [`${what}: ${grouped(checked)} of ${grouped(of)} images`, count] };
}

async function reportOn(
  folder: DataFolder,
  { limit, json, quiet }: DataCheckOptions,
): Promise<[DataReport, AbortSignal]> {
  using interrupt = new InterruptSignal({ finishing: "stopping with what was checked" });
  using line = new ProgressLine({ hidden: json || quiet });
  const { signal } = interrupt;
  const progress = (done: CheckProgress): void => line.update(() => progressOf(done));
  return [await checkData(folder, { limit, signal, progress }), signal];
}

/** Checks a data set and prints what is there. Throws DataSetError where something is wrong, and Interrupted. */
export async function check(dir: string, options: DataCheckOptions): Promise<void> {
  requirePictures();
  const path = await dataPath(dir), folder = await openDataFolder(path), { kind, name } = folder;
  const [report, { aborted }] = await reportOn(folder, options);
  if (options.json) printJson({ path, kind, name, sound: isSound(report), ...facts(report) });
  else {
    printFields([["data set", name], ["kind", kind], ["path", path]]);
    printReport(report);
  }
  if (aborted) throw new Interrupted("stopped before everything was checked");
  if (!isSound(report)) throw new DataSetError(path, `it is not sound: ${problems(report)}`);
}
