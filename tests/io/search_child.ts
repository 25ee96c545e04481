/** A search in a process of its own, to be killed: scores parameters after random delays, starting or continuing a run. */
import { createRun, holdsRun, openRunForWriting, parseConfig, referenceCost, runSearch } from "@zennas/zennas";

const [directory, settings, mode] = Deno.args as [string, string, string];
const config = parseConfig(JSON.parse(settings));
using store = holdsRun(directory) ? openRunForWriting(directory, { config }) : createRun(directory, config);

Deno.stdout.writeSync(new TextEncoder().encode("searching\n"));
if (mode === "hold") await new Promise(() => setInterval(() => undefined, 1000));
await runSearch({
  store,
  async score(structure) {
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 8));
    return referenceCost(structure, config).parameters;
  },
});
