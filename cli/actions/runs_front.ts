/** What `zen runs front` does. */
import { csvLine, findRun, openRunForReading, replaceFile, type RunFront, runFront, runId } from "../../core/io/mod.ts";
import type { FrontOptions } from "../commands/runs_front.ts";
import { frontPlot } from "../search/front_plot.ts";
import { referenceInWords } from "../search/reference_words.ts";
import { duration, grouped, note, print, printJson, printTable } from "../terminal.ts";

/** Prints the front of a run or the course of its hypervolume, as a table, CSV or JSON, or draws it. Throws RunStoreError, ConfigError. */
export async function front(name: string, options: FrontOptions): Promise<void> {
  using run = openRunForReading(findRun(name, options.root));
  const { svg, json, csv, objectives, reference } = options, id = runId(run.directory);
  const found = runFront(run, { objectives, reference });
  if (found.uncounted > 0) {
    note(
      `${
        grouped(found.uncounted)
      } candidates cannot be counted, as with blocks of a module that --module does not name`,
    );
  }
  if (svg !== undefined) {
    replaceFile(svg, await frontPlot(found, { id, hypervolume: options.hypervolume ?? false }));
    return json ? printJson({ run: id, svg }) : note(`wrote ${svg}`);
  }
  if (json) return printJson({ run: id, ...facts(found, options.hypervolume ?? false) });
  if (found.front.length === 0) return note("no candidate has a score yet");
  const [header, rows] = options.hypervolume ? courseTable(found) : frontTable(found);
  if (csv) return [header, ...rows].forEach((row) => print(csvLine(row)));
  if (options.hypervolume) print(`hypervolume up to ${referenceInWords(found)}`);
  printTable(header, rows.map(options.hypervolume ? readable : rounded));
}

/** A table: its header and rows. */
type Table = readonly [header: readonly string[], rows: readonly (readonly (string | number)[])[]];

const names = ({ front }: RunFront): readonly string[] => Object.keys(front[0]?.objectives ?? {});

/** What scripts learn of a front. */
function facts(found: RunFront, hypervolume: boolean): object {
  const front = byFirst(found).map(({ index, structure, objectives }) => ({ index, structure, objectives }));
  const course = hypervolume && { reference: found.reference ?? null, hypervolume: found.course() };
  return { objectives: found.objectives, front, ...course };
}

/** The front with the best of the first objective first. */
function byFirst(found: RunFront): RunFront["front"] {
  const first = names(found)[0] ?? "", sign = found.objectives[0]!.startsWith("-") ? 1 : -1;
  return found.front.toSorted((a, b) => sign * (a.objectives[first]! - b.objectives[first]!) || a.index - b.index);
}

function frontTable(found: RunFront): Table {
  const columns = names(found);
  const rows = byFirst(found).map(({ index, structure, objectives }) =>
    [...columns.map((name) => objectives[name]!), index, structure] as const
  );
  return [[...columns, "proposal", "structure"], rows];
}

function courseTable(found: RunFront): Table {
  const rows = found.course().map((step) =>
    [step.index, step.evaluations, step.seconds, step.front, step.hypervolume] as const
  );
  return [["proposal", "scored", "seconds", "front", "hypervolume"], rows];
}

/** A row of the front for a person. */
function rounded(row: Table[1][number]): readonly (string | number)[] {
  return row.map((cell) => typeof cell === "number" && !Number.isInteger(cell) ? Number(cell.toPrecision(7)) : cell);
}

/** A row of the course for a person. */
function readable([index, scored, seconds, size, volume]: Table[1][number]): readonly (string | number)[] {
  return [index!, scored!, duration(Number(seconds)), size!, Number(volume).toPrecision(6)];
}
