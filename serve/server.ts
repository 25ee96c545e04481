/** The server of the live page. It reads runs and changes nothing. */
import { comparison, MOST_COMPARED } from "./charts/charts.ts";
import { refusal } from "./access.ts";
import { eventStream } from "./events.ts";
import { assets, livePage } from "./page/document.ts";
import { html } from "./page/html.ts";
import { chartsOf, runSection } from "./page/run_section.ts";
import { RunBook } from "./run_book.ts";
import type { RunEntry, RunView } from "./views/run_view.ts";

/** What is served to whom. */
export interface DashboardOptions {
  /** Folders of runs, or runs. */
  readonly roots: readonly string[];
  /** 0 for any that is free. */
  readonly port: number;
  /** The address to listen at. Default: this machine alone; any other takes a token. */
  readonly host?: string | undefined;
  /** What requests must bring. */
  readonly token?: string | undefined;
  /** Milliseconds between looks for changes. Default: 1000. */
  readonly pollMs?: number | undefined;
  /** Called when it listens. */
  readonly onListen?: ((address: Deno.NetAddr) => void) | undefined;
}

const POLICY = "default-src 'self'";
/** Pictures have style sheets of their own, and load nothing. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

function answer(body: BodyInit, type: string, { status = 200, policy = POLICY } = {}): Response {
  const headers = {
    "content-type": type,
    "content-security-policy": policy,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  return new Response(body, { status, headers });
}

const json = (value: unknown, status = 200): Response => answer(JSON.stringify(value), "application/json", { status });
const page = (text: string, status = 200): Response => answer(text, "text/html; charset=utf-8", { status });
const picture = (svg: string): Response => answer(svg, "image/svg+xml", { policy: PICTURE_POLICY });
const missing = (what: string): Response => json({ error: `There is no ${what}` }, 404);

/** A run in a list, with its state in a word. */
function entryFacts(entry: RunEntry): object {
  const { id, kind, directory } = entry;
  if (entry.kind === "unreadable") {
    return { id, kind, directory, state: "unreadable", done: 0, best: null, error: entry.error };
  }
  return { id, kind, directory, state: entry.running ? "running" : "ended", done: entry.done, best: entry.best };
}

function sectionOf(id: string, view: RunView | undefined): Response {
  if (!view) {
    return page(
      `${html`
        <h2>${id}</h2>
        <p role="alert">This run is no longer there: it was deleted or moved.</p>
      `}`,
      404,
    );
  }
  const folder = `/charts/${encodeURIComponent(id)}`;
  return page(`${runSection(view, ({ name }) => `${folder}/${name}.svg?at=${Date.now()}`)}`);
}

async function chartOf(view: RunView | undefined, name: string): Promise<Response> {
  const chart = view && chartsOf(view).find((one) => `${one.name}.svg` === name);
  return chart ? picture(await chart.draw()) : missing("such picture");
}

async function compared(book: RunBook, ids: readonly string[]): Promise<Response> {
  const views = ids.slice(0, MOST_COMPARED).map((id) => book.view(id));
  const shown = views.filter((view) => view?.kind === "search" || view?.kind === "training");
  return shown.length > 0 ? picture(await comparison(shown)) : missing("run to compare");
}

/** The parts of a path, decoded; undefined where it is no text. */
function partsOf(pathname: string): readonly string[] | undefined {
  try {
    return pathname.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Answers requests for what a book of runs has. Ids are looked up among the runs there are, and are never part of a path. */
function route(request: Request, book: RunBook, pollMs: number): Response | Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/") return page(livePage());
  const asset = Object.hasOwn(assets, pathname) ? assets[pathname] : undefined;
  if (asset) return answer(asset[1], asset[0]);
  if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
  if (pathname === "/events") return answer(eventStream(book, pollMs), "text/event-stream");
  if (pathname === "/compare.svg") return compared(book, searchParams.getAll("run"));
  const [first, second, third, ...more] = partsOf(pathname) ?? [];
  if (more.length > 0) return missing("such page");
  if (first === "api" && second === "runs" && third === undefined) {
    return json({ runs: book.entries().map(entryFacts) });
  }
  if (first === "api" && second === "runs") {
    const view = book.view(third!);
    return view ? json(view) : missing(`run ${third}`);
  }
  if (first === "runs" && second !== undefined && third === undefined) return sectionOf(second, book.view(second));
  if (first === "charts" && second !== undefined && third !== undefined) return chartOf(book.view(second), third);
  return missing("such page");
}

/** Starts to serve. Throws RangeError for a host without a token, and what Deno throws where it cannot listen. */
export function serveDashboard(options: DashboardOptions): Deno.HttpServer<Deno.NetAddr> {
  const { roots, port, host, token, pollMs = 1000, onListen = () => {} } = options;
  if (host !== undefined && !token) {
    throw new RangeError(`Cannot serve runs at ${host} as other machines need a token: got none`);
  }
  const book = new RunBook(roots);
  return Deno.serve({ port, hostname: host ?? "127.0.0.1", onListen }, (request) => {
    const refused = refusal(request, token);
    if (refused) return refused;
    if (request.method !== "GET") return json({ error: "Runs are only read" }, 405);
    return route(request, book, pollMs);
  });
}
