/** The sources over HTTP, for programs that import them by URL: `deno task serve`. */
import { parseArgs } from "node:util";

/** What programs may fetch: sources, and what these read beside them. */
const SERVED = /^\/(mod\.ts|deno\.json|LICENSE|(cli|core|kernels|mobile|serve)\/[\w./-]+\.(ts|json|wasm|yaml|js|css))$/;

const types: Readonly<Record<string, string>> = {
  ts: "application/typescript",
  json: "application/json",
  wasm: "application/wasm",
};

/** Where to listen. */
export interface ServerPlace {
  /** A port; 0 takes any that is free. */
  readonly port: number;
  /** The address of this machine; 127.0.0.1 is reached by this machine alone. */
  readonly hostname: string;
  /** Is told the URL under which the sources are. */
  onListen(url: string): void;
}

async function answer({ url }: Request): Promise<Response> {
  const { pathname } = new URL(url);
  if (!SERVED.test(pathname)) return new Response("no source of zennas", { status: 404 });
  try {
    const { readable } = await Deno.open(new URL(`..${pathname}`, import.meta.url));
    const type = types[pathname.split(".").at(-1)!] ?? "text/plain";
    return new Response(readable, { headers: { "content-type": type } });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Response("not found", { status: 404 });
    throw error;
  }
}

/** Serves the sources of this folder until the server is shut down. */
export function serveSources({ port, hostname, onListen }: ServerPlace): Deno.HttpServer {
  return Deno.serve({ port, hostname, onListen: (at) => onListen(`http://${at.hostname}:${at.port}`) }, answer);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "8000" }, host: { type: "string", default: "127.0.0.1" } },
  });
  const told = (url: string): void => {
    Deno.stdout.writeSync(new TextEncoder().encode(`deno run -A ${url}/cli/main.ts --help\n`));
  };
  serveSources({ port: Number(values.port), hostname: values.host, onListen: told });
}
