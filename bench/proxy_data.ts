/**
 * The format of docs/data: raw scores of many runs as CSV, one file for each benchmark and batch size. A row is a
 * network, in the order in which the sample was drawn. Columns are `network`, `accuracy`, and for each proxy
 * `<proxy> <seed>`, its parts `<proxy>.<part> <seed>`, and `<proxy> ms`, the median. A cell is a score, or the reason
 * why there is none, or empty if the network has not been scored yet.
 */
import type { ScoreRow, TrainedNetwork } from "../core/nasbench/mod.ts";
import { parseCsv, replaceFile } from "../core/io/mod.ts";
import { median } from "../core/numeric/statistics.ts";

/** The networks of a table, and their scores. */
export interface ProxyData {
  readonly networks: readonly TrainedNetwork[];
  readonly rows: readonly ScoreRow[];
}

type Cells = Readonly<Record<string, string>>;

/** `proxy`, `part` and `seed` of a column's name. */
const SCORE_COLUMN = /^(?<proxy>[^.]+?)(?:\.(?<part>.+))? (?<seed>\d+)$/;

function scoreRow(cells: Cells, { proxy, seed }: { readonly proxy: string; readonly seed: number }): ScoreRow {
  const cell = cells[`${proxy} ${seed}`]!, value = Number(cell);
  const parts = Object.entries(cells).flatMap(([name, text]) => {
    const { groups } = SCORE_COLUMN.exec(name) ?? {};
    const own = groups?.proxy === proxy && Number(groups.seed) === seed && groups.part !== undefined && text !== "";
    return own ? [[groups.part, Number(text)] as const] : [];
  });
  const scored = Number.isFinite(value);
  return {
    network: cells.network!,
    proxy,
    seed,
    value: scored ? value : null,
    parts: Object.fromEntries(parts),
    seconds: Number(cells[`${proxy} ms`]) / 1000,
    error: scored ? null : cell,
  };
}

function scoreRows(cells: Cells): ScoreRow[] {
  return Object.entries(cells).flatMap(([name, cell]) => {
    const { groups } = SCORE_COLUMN.exec(name) ?? {};
    if (!groups || groups.part !== undefined || cell === "") return [];
    return [scoreRow(cells, { proxy: groups.proxy!, seed: Number(groups.seed) })];
  });
}

/** Reads a table. Where the file does not exist yet, the table is empty. */
export async function readProxyData(path: string): Promise<ProxyData> {
  const lines = parseCsv(await textOf(path));
  return {
    networks: lines.map(({ network, accuracy }) => ({ text: network!, accuracy: Number(accuracy) })),
    rows: lines.flatMap(scoreRows),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Nine significant digits tell all float32 values apart; the repository need not keep more. */
const digits = (value: number, count = 9): string => `${Number(value.toPrecision(count))}`;

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The cells of one network: all its scores. */
function cellsOf(network: TrainedNetwork, rows: readonly ScoreRow[]): Cells {
  const cells: Record<string, string> = { network: network.text, accuracy: `${network.accuracy}` };
  for (const { proxy, seed, value, parts, error } of rows) {
    cells[`${proxy} ${seed}`] = value === null ? error! : digits(value);
    for (const [part, number] of Object.entries(parts)) cells[`${proxy}.${part} ${seed}`] = digits(number);
  }
  for (const [proxy, own] of Map.groupBy(rows, (row) => row.proxy)) {
    cells[`${proxy} ms`] = digits(median(own.map(({ seconds }) => seconds * 1000)), 3);
  }
  return cells;
}

/** Writes a table. A process that is killed leaves either the old one or the new one. */
export function writeProxyData(path: string, { networks, rows }: ProxyData): void {
  const byNetwork = Map.groupBy(rows, ({ network }) => network);
  const lines = networks.map((network) => cellsOf(network, byNetwork.get(network.text) ?? []));
  const names = [...new Set(lines.flatMap((cells) => Object.keys(cells)))].toSorted(inOrder);
  const text = [names, ...lines.map((cells) => names.map((name) => cells[name] ?? ""))]
    .map((fields) => fields.map(quoted).join(",")).join("\n");
  replaceFile(path, `${text}\n`);
}

/**
 * Orders columns: the network and its accuracy first, then by name, so that in a new version of the file only new
 * columns and cells differ.
 */
function inOrder(a: string, b: string): number {
  const place = (name: string): number => ["network", "accuracy"].indexOf(name) >>> 0;
  return place(a) - place(b) || (a < b ? -1 : 1);
}
