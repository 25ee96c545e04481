/**
 * Measures time and memory of every proxy on one network, and of PyTorch for two of the proxies:
 * `deno task bench:proxies [--only <proxy>,…] [--peer torch_peer.py] [--json] [--written]`.
 *
 * Each proxy runs in a process of its own, which is ended after five minutes at the latest; all together take less than
 * ten minutes. A proxy that only ranks what another one scores is left out. `--written` also writes
 * docs/proxy_costs.md.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { chooseProxies, replaceFile } from "../core/io/mod.ts";
import { zooEntry } from "../core/networks/zoo/mod.ts";
import { openCpu } from "../kernels/mod.ts";
import { environment } from "./environment.ts";
import { timeAsyncMs } from "./harness.ts";
import { BATCH, CLASSES, designOf, RESOLUTION, SETTINGS } from "./networks.ts";
import { type CostFigures, type CostRow, costTable, type PeerCost } from "./proxy_cost_table.ts";

const NETWORK = "zennet_cifar10_model_size1M_res32";
/** A proxy is timed until it has this many samples or has taken this long. */
const SAMPLES = 3, ENOUGH_MS = 15_000;
/** The longest that one process may take, and all processes together; a process that exceeds either is ended. */
const PATIENCE_MS = 300_000, ALL_MS = 590_000;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "all" },
    peer: { type: "string" },
    json: { type: "boolean", default: false },
    written: { type: "boolean", default: false },
    measure: { type: "string" },
  },
});

const print = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

/** The shortest of several samples, seconds. */
async function shortestSeconds(body: () => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  let total = 0;
  while (samples.length < SAMPLES && (total < ENOUGH_MS || samples.length === 0)) {
    samples.push(await timeAsyncMs(body));
    total += samples.at(-1)!;
  }
  return Math.min(...samples) / 1000;
}

/** Measures one proxy in this process. */
async function measure(key: string): Promise<CostFigures> {
  const [{ proxy, variant }] = await chooseProxies(key) as [Awaited<ReturnType<typeof chooseProxies>>[number]];
  const design = designOf(zooEntry(NETWORK).structure);
  await using backend = await openCpu();
  const settings = { ...SETTINGS, weights: proxy.weights ?? "unit", variant };
  const peak = () => process.resourceUsage().maxRSS * 1024;
  const before = peak();
  const score = (draw: number) => proxy.score(design, { ...settings, draw }, backend);
  const first = await score(0), bytes = peak() - before;
  const alone = await shortestSeconds(() => score(0));
  const together = await shortestSeconds(() =>
    Promise.all(Array.from({ length: backend.concurrency }, (_, draw) => score(draw)))
  );
  return { score: first.value, alone, together: together / backend.concurrency, bytes };
}

/** The JSON that a process printed, or the reason why there is none. */
async function outputOf(command: string, args: readonly string[]): Promise<unknown> {
  const patience = Math.min(PATIENCE_MS, ALL_MS - performance.now());
  if (patience <= 0) return { error: "not measured: out of time" };
  const signal = AbortSignal.timeout(patience);
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], signal }).output();
  const text = new TextDecoder();
  if (success) return JSON.parse(text.decode(stdout));
  const why = signal.aborted
    ? `longer than ${(patience / 1000).toFixed(0)} s`
    : text.decode(stderr).trim().split("\n").at(-1);
  return { error: why };
}

async function measureAlone(key: string): Promise<CostRow["ours"]> {
  const script = import.meta.url, args = ["run", "-A", script, "--measure", key];
  return await outputOf(Deno.execPath(), args) as CostRow["ours"];
}

async function measurePeer(key: string): Promise<CostRow["peer"]> {
  if (values.peer === undefined || !["grad_norm", "naswot"].includes(key)) return undefined;
  const script = new URL("torch_proxies.py", import.meta.url).pathname;
  const flags = { batch: BATCH, resolution: RESOLUTION, classes: CLASSES, threads: navigator.hardwareConcurrency };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
  const { structure } = zooEntry(NETWORK);
  return await outputOf("python3", [script, values.peer, key, structure, ...args]) as PeerCost;
}

/** The proxies that have a score function of their own, and those variants that cost something different. */
async function keys(): Promise<readonly string[]> {
  const chosen = await chooseProxies(values.only), scores = chosen.map(({ proxy }) => proxy.score);
  const own = chosen.filter(({ proxy }, index) => scores.indexOf(proxy.score) === index).map(({ key }) => key);
  return values.only === "all" ? [...own, "te_nas:fixed_statistics"] : own;
}

async function main(): Promise<void> {
  const rows: CostRow[] = [];
  for (const proxy of await keys()) {
    const row = { proxy, ours: await measureAlone(proxy), peer: await measurePeer(proxy) };
    rows.push(row);
    if (values.json) await print(JSON.stringify(row));
  }
  const about = {
    network: NETWORK,
    batch: BATCH,
    classes: CLASSES,
    date: new Date().toISOString().slice(0, 10),
    ...environment(),
  };
  const table = costTable(rows, about);
  if (!values.json) await print(table);
  if (!values.written) return;
  replaceFile("docs/proxy_costs.md", table);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", "docs/proxy_costs.md"] }).spawn().status;
}

if (values.measure === undefined) await main();
else await print(JSON.stringify(await measure(values.measure)));
