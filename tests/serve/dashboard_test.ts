import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { makeSearch } from "./run_cases.ts";

const CLI = new URL("../../cli/main.ts", import.meta.url).pathname;

Deno.test("zen dashboard serves runs with the permissions that it declares, until Ctrl-C", async () => {
  using temporary = new TemporaryDirectory();
  makeSearch(`${temporary.path}/mine`, 5);
  const permissions = ["read", "net", "env"].map((name) => `--allow-${name}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", ...permissions, CLI, "dashboard", temporary.path, "--port", "0", "--json"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const { value = "" } = await reader.read();
    const { address } = JSON.parse(value);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { runs } = await (await fetch(`${address}api/runs`)).json();
    assert.deepEqual(runs.map(({ id, kind, done }: Record<string, unknown>) => [id, kind, done]), [[
      "mine",
      "search",
      5,
    ]]);
    assert.match(await (await fetch(address)).text(), /<html/);
  } finally {
    child.kill("SIGINT");
    assert.equal((await child.status).signal, "SIGINT");
    await reader.cancel();
  }
});
