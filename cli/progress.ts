/** How far a command is, for a person who waits: a bar on a terminal, a line now and then in a log. */
import { styleText } from "node:util";
import { clearStatus, duration, grouped, note, showStatus } from "./terminal.ts";

/** Something to tell, in a colour where the terminal has colours. */
export type Fact = string | { readonly text: string; readonly colour: "green" | "yellow" | "red" };

/** How far a command is. */
export interface Progress {
  /** The share that is done, 0 to 1. */
  readonly share: number;
  /** The most important first: those that do not fit the terminal are left out, from the last on. */
  readonly facts: readonly Fact[];
}

/** The place where progress is shown. */
export interface ProgressScreen {
  /** Whether a line can be shown and replaced. */
  readonly terminal: boolean;
  readonly colours: boolean;
  /** Characters in a line. */
  columns(): number;
  /** Shows a line that the next one replaces. */
  show(line: string): void;
  /** Clears the line shown. */
  clear(): void;
  /** Writes a line that stays. */
  log(line: string): void;
}

/** A terminal without a width, such as one made by a script, is as wide as they once were. */
const DEFAULT_COLUMNS = 80;

/** Whether the terminal cannot replace a line; without the permission to know, it can. */
function isDumb(): boolean {
  const mayKnow = Deno.permissions.querySync({ name: "env", variable: "TERM" }).state === "granted";
  return mayKnow && Deno.env.get("TERM") === "dumb";
}

const stderrScreen = (): ProgressScreen => ({
  terminal: Deno.stderr.isTerminal() && !isDumb(),
  colours: !Deno.noColor,
  columns: () => Deno.consoleSize().columns || DEFAULT_COLUMNS,
  show: showStatus,
  clear: clearStatus,
  log: note,
});

/** A text without and with its escapes. */
interface Painted {
  readonly plain: string;
  readonly painted: string;
}

function paintedFact(fact: Fact): Painted {
  if (typeof fact === "string") return { plain: fact, painted: fact };
  return { plain: fact.text, painted: styleText(fact.colour, fact.text, { validateStream: false }) };
}

const SEPARATOR = " · ";

/** The bar takes a quarter of the line, at most so many characters; fewer than the least are no bar. */
const BAR = { share: 4, most: 30, least: 5 } as const;

function barOf(share: number, columns: number): Painted {
  const width = Math.min(BAR.most, Math.floor(columns / BAR.share)),
    percent = `${Math.floor(share * 100)} %`.padStart(5);
  if (width < BAR.least) return { plain: percent, painted: percent };
  const done = Math.round(width * share), full = "━".repeat(done), rest = "─".repeat(width - done);
  const painted = styleText("cyan", full, { validateStream: false }) +
    styleText("dim", rest, { validateStream: false });
  return { plain: `${full}${rest} ${percent}`, painted: `${painted} ${percent}` };
}

/** A line of at most `columns` − 1 characters, so that the cursor has a place behind it. */
export function progressBar(
  { share, facts }: Progress,
  { columns, colours }: { readonly columns: number; readonly colours: boolean },
): string {
  const bounded = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  let { plain, painted } = barOf(bounded, columns), separator = "  ";
  for (const fact of facts.map(paintedFact)) {
    if (plain.length + separator.length + fact.plain.length >= columns) break;
    plain += separator + fact.plain;
    painted += separator + fact.painted;
    separator = SEPARATOR;
  }
  return colours ? painted : plain.slice(0, Math.max(0, columns - 1));
}

const INTERVAL_MS = { terminal: 100, log: 10_000, logAtMost: 600_000 } as const;

/** In a log, the lines of a long command are a thirtieth of its time apart, so that there are a few hundred in days. */
const LOG_SHARE = 30;

/** Where and when progress is shown. */
export interface ProgressOptions {
  /** Shows nothing. */
  readonly hidden?: boolean | undefined;
  /** Default: stderr. */
  readonly screen?: ProgressScreen | undefined;
  /** Milliseconds since any moment. Default: the process's clock. */
  readonly now?: (() => number) | undefined;
}

/** A line that tells how far a command is: replaced in place on a terminal, written now and then in a log. */
export class ProgressLine implements Disposable {
  readonly #screen: ProgressScreen | undefined;
  readonly #now: () => number;
  readonly #started: number;
  #written: number;

  constructor({ hidden, screen, now = () => performance.now() }: ProgressOptions = {}) {
    this.#screen = hidden ? undefined : screen ?? stderrScreen();
    this.#now = now;
    this.#started = this.#written = now();
  }

  /** Shows what `progress` makes, unless something was shown less than an interval ago. */
  update(progress: () => Progress): void {
    const screen = this.#screen, now = this.#now();
    if (!screen || now - this.#written < this.#interval(screen, now)) return;
    this.#written = now;
    if (screen.terminal) return screen.show(progressBar(progress(), { ...screen, columns: screen.columns() }));
    screen.log(progress().facts.map((fact) => paintedFact(fact).plain).join(SEPARATOR));
  }

  #interval({ terminal }: ProgressScreen, now: number): number {
    if (terminal) return INTERVAL_MS.terminal;
    return Math.min(INTERVAL_MS.logAtMost, Math.max(INTERVAL_MS.log, (now - this.#started) / LOG_SHARE));
  }

  /** Clears the line for good. */
  [Symbol.dispose](): void {
    this.#screen?.clear();
  }
}

/** A speed as a person reads it. */
export function rate(perSecond: number): string {
  return perSecond >= 0.1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
}

/** Counts pieces of work of about the same size. */
export class WorkPace {
  readonly #total: number;
  readonly #unit: string;
  readonly #started = performance.now();
  #done = 0;

  /** `unit` is what they are called, such as `structures scored`. */
  constructor(total: number, unit: string) {
    this.#total = total;
    this.#unit = unit;
  }

  /** Takes note that a piece is done. */
  count(): void {
    this.#done++;
  }

  /** How far the work is. */
  progress(): Progress {
    const done = this.#done, total = this.#total;
    const perSecond = done / Math.max(1e-3, (performance.now() - this.#started) / 1000);
    const left = done > 0 ? [`${duration((total - done) / perSecond)} left`] : [];
    return {
      share: done / total,
      facts: [`${grouped(done)}/${grouped(total)} ${this.#unit}`, ...left, rate(perSecond)],
    };
  }
}
