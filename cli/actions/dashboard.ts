/** What `zen dashboard` does. */
import { serveDashboard } from "../../serve/server.ts";
import type { DashboardOptions } from "../commands/dashboard.ts";
import { UsageError } from "../errors.ts";
import { note, print, printJson } from "../terminal.ts";

/** The fewest characters of a token that is not guessed. */
const SHORTEST_TOKEN = 16;

function checkAccess({ host, token }: DashboardOptions): void {
  if (host !== undefined && token === undefined) {
    throw new UsageError(`Cannot listen at ${host} as other machines need a token: got no --token`);
  }
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    throw new UsageError(`Cannot use the token as it has under ${SHORTEST_TOKEN} characters: got ${token.length}`);
  }
}

/** Where a browser finds the page. */
function addressOf({ hostname, port }: Deno.NetAddr, token: string | undefined): string {
  const name = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname;
  const query = token === undefined ? "" : `?token=${encodeURIComponent(token)}`;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/${query}`;
}

/** Opens the page where a browser may be started; else says what to open. */
async function openInBrowser(address: string): Promise<void> {
  const command = Deno.build.os === "darwin" ? "open" : "xdg-open";
  const byHand = (why: string): void => note(`no browser is opened as ${why}: open ${address}`);
  if (Deno.permissions.querySync({ name: "run", command }).state !== "granted") {
    return byHand(`--allow-run=${command} is not given`);
  }
  try {
    await new Deno.Command(command, { args: [address], stdout: "null", stderr: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    byHand(`there is no ${command}`);
  }
}

/** Serves runs until the process is ended: Ctrl-C ends it at once, as there is nothing to keep. Throws UsageError. */
export async function dashboard(roots: readonly string[], options: DashboardOptions): Promise<void> {
  checkAccess(options);
  const { port, host, token, json, open } = options, { promise, resolve } = Promise.withResolvers<string>();
  const onListen = (address: Deno.NetAddr): void => resolve(addressOf(address, token));
  const server = serveDashboard({ roots: roots.length > 0 ? roots : ["runs"], port, host, token, onListen });
  const address = await promise;
  if (json) printJson({ address });
  else print(`runs are shown at ${address}`);
  if (open) await openInBrowser(address);
  await server.finished;
}
