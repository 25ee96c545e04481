/** The server of the live page over HTTP. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { existsSync } from "node:fs";
import { reportPage, runView, searchView, serveDashboard } from "@zennas/zennas/serve";
import { TemporaryDirectory } from "../io/run_case.ts";
import { makeSearch, makeTraining, openSearchRun, structure, verdictOf } from "./run_cases.ts";

/** A server of a folder with runs, ended with the test. */
class Case implements AsyncDisposable {
  readonly #temporary = new TemporaryDirectory();
  readonly root: string = this.#temporary.path;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: { readonly token?: string; readonly host?: string } = {}) {
    makeSearch(`${this.root}/a`, 40);
    makeTraining(`${this.root}/t`, 10);
    this.#server = serveDashboard({ roots: [this.root], port: 0, pollMs: 20, ...options });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get hostname(): string {
    return this.#server.addr.hostname;
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { redirect: "manual", ...init });
  }

  async text(path: string): Promise<string> {
    return await (await this.get(path)).text();
  }

  async status(path: string, init: RequestInit = {}): Promise<number> {
    const response = await this.get(path, init);
    await response.body?.cancel();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.#temporary[Symbol.dispose]();
  }
}

/** The status of a request whose path and Host header are sent as they are. */
function rawStatus(port: number, path: string, host = "localhost"): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, path, host: "127.0.0.1", headers: { host } }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode!));
    });
    asking.on("error", reject);
    asking.end();
  });
}

Deno.test("routes answer what the store holds, with a policy that names no other host", async () => {
  await using server = new Case();
  const { runs } = await (await server.get("/api/runs")).json();
  assert.deepEqual(runs.map(({ id, kind, state, done }: Record<string, unknown>) => [id, kind, state, done]), [
    ["a", "search", "ended", 40],
    ["t", "training", "ended", 10],
  ]);
  const view = await (await server.get("/api/runs/a")).json();
  assert.deepEqual(view, JSON.parse(JSON.stringify(searchView(`${server.root}/a`))));
  for (const path of ["/", "/page.css", "/live.js", "/copy.js", "/api/runs", "/runs/a", "/runs/t"]) {
    const response = await server.get(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("content-security-policy"), "default-src 'self'", path);
    assert.doesNotMatch(await response.text(), /https?:|\/\/[a-z]|<script>|style="/, path);
  }
  const section = await server.text("/runs/a");
  const pictures = [...section.matchAll(/<img src="([^"]*)" alt="[^"]+"/g)].map(([, path]) => path!);
  assert.deepEqual(pictures.map((path) => /\w+(?=\.svg)/.exec(path)![0]), ["best", "scores", "verdicts", "front"]);
  for (const path of [...pictures, "/charts/t/loss.svg", "/charts/t/top1.svg", "/compare.svg?run=a"]) {
    const response = await server.get(path);
    assert.equal(response.headers.get("content-type"), "image/svg+xml", path);
    assert.match(await response.text(), /^<svg[^]*prefers-color-scheme:dark/, path);
  }
  assert.equal(await server.status("/api/runs", { method: "POST" }), 405);
});

Deno.test("what is no listed run is not found, however it is spelt", async () => {
  await using server = new Case();
  Deno.mkdirSync(`${server.root}/inner`);
  makeSearch(`${server.root}/inner/hidden`, 1);
  const ids = ["../a", "..%2Fa", "%2e%2e%2fa", "inner%2Fhidden", "a%00", "%", "constructor", "b", "a/..", "/"];
  for (const id of [...ids, encodeURIComponent(`${server.root}/a`)]) {
    for (const prefix of ["/api/runs/", "/runs/", "/charts/"]) {
      const suffix = prefix === "/charts/" ? "/best.svg" : "";
      assert.equal(await rawStatus(server.port, `${prefix}${id}${suffix}`), 404, `${prefix}${id}`);
    }
  }
  assert.equal(await rawStatus(server.port, "/api/runs/a"), 200);
  for (const path of ["/../deno.json", "/page.css/..%2f", "/charts/a/none.svg", "/compare.svg?run=b"]) {
    assert.equal(await rawStatus(server.port, path), 404, path);
  }
});

Deno.test("runs that are deleted or damaged say so in their place", async () => {
  await using server = new Case();
  assert.equal(await server.status("/api/runs/a"), 200);
  Deno.writeTextFileSync(`${server.root}/t/run.sqlite`, "notes on a run");
  assert.match(await server.text("/runs/t"), /unreadable[^]*role="alert">Cannot/);
  const { runs } = await (await server.get("/api/runs")).json();
  assert.equal(runs[1].state, "unreadable");
  Deno.removeSync(`${server.root}/a`, { recursive: true });
  assert.match(await server.text("/runs/a"), /no longer there/);
  assert.equal(await server.status("/api/runs/a"), 404);
});

Deno.test("events tell of new proposals, new runs and ones that are gone", async () => {
  await using server = new Case();
  const reader = (await server.get("/events")).body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(heard)) {
      const { value, done } = await reader.read();
      assert.ok(!done, `the stream ended before ${pattern}`);
      heard += value;
    }
    heard = "";
  };
  await until(/connected/);
  {
    using store = openSearchRun(`${server.root}/new`, 1);
    await until(/event: changed\ndata: .*"new"/);
    store.append({ index: 1, structure, ...verdictOf(1) });
    store.flush();
    await until(/event: changed\ndata: .*"new"/);
    assert.match(await server.text("/runs/new"), /class="state running"/);
  }
  await until(/"new"/);
  assert.match(await server.text("/runs/new"), /class="state ended"/);
  Deno.removeSync(`${server.root}/new`, { recursive: true });
  await until(/"new"/);
  await reader.cancel();
});

Deno.test("requests bring the token where there is one; without one they name this machine", async () => {
  assert.throws(() => serveDashboard({ roots: [], port: 0, host: "0.0.0.0" }), /need a token/);
  const token = "0123456789abcdef+/";
  {
    await using server = new Case({ token, host: "0.0.0.0" });
    assert.equal(server.hostname, "0.0.0.0");
    for (const path of ["/", "/api/runs", "/events", "/page.css", "/runs/a", "/?token=wrong", "/?token="]) {
      assert.equal(await server.status(path), 401, path);
    }
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    assert.equal(await server.status("/api/runs", bearer), 200);
    const opened = await server.get(`/?token=${encodeURIComponent(token)}`);
    assert.deepEqual([opened.status, opened.headers.get("location")], [303, "/"]);
    const cookie = opened.headers.get("set-cookie")!;
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    assert.equal(await server.status("/", { headers: { cookie: cookie.split(";")[0]! } }), 200);
    assert.equal(await server.status("/", { headers: { cookie: "zen_token=%" } }), 401);
  }
  await using server = new Case();
  assert.equal(server.hostname, "127.0.0.1");
  assert.equal(await rawStatus(server.port, "/api/runs", "evil.example"), 403);
  assert.equal(await rawStatus(server.port, "/api/runs", `localhost:${server.port}`), 200);
});

Deno.test("runs of the same name in several folders have ids of their own", async () => {
  using temporary = new TemporaryDirectory();
  for (const [folder, count] of [["x", 3], ["y", 4]] as const) makeSearch(`${temporary.path}/${folder}/a`, count);
  const server = serveDashboard({ roots: [`${temporary.path}/x`, `${temporary.path}/y/a`], port: 0 });
  const { runs } = await (await fetch(`http://127.0.0.1:${server.addr.port}/api/runs`)).json();
  assert.deepEqual(runs.map(({ id, done }: Record<string, unknown>) => [id, done]), [["a", 3], ["a~2", 4]]);
  await server.shutdown();
});

Deno.test("a report is one file that names no host, and escapes what runs say", async () => {
  using temporary = new TemporaryDirectory();
  makeSearch(`${temporary.path}/<script>`, 40);
  const page = await reportPage(runView(`${temporary.path}/<script>`));
  assert.doesNotMatch(page, /https?:|src="(?!data:)|href=|<script>/);
  const pictures = [...page.matchAll(/src="data:image\/svg\+xml;base64,([^"]*)"/g)];
  assert.equal(pictures.length, 4);
  assert.match(atob(pictures[0]![1]!), /^<svg/);
  assert.match(page, /&#60;script&#62;/);
  assert.match(page, /data-copy="zen runs resume &#39;.*&#60;script&#62;&#39;"/);
});

const CHROMIUM = "/usr/bin/chromium";
Deno.test({
  name: `the page shows a run in Chromium (skipped without ${CHROMIUM} and playwright-core)`,
  ignore: !existsSync(CHROMIUM),
  async fn() {
    await using server = new Case();
    const address = `http://127.0.0.1:${server.port}/`,
      args = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"];
    const chromium = new Deno.Command(CHROMIUM, { args: [...args, "--virtual-time-budget=3000", address] });
    const dom = new TextDecoder().decode((await chromium.output()).stdout);
    assert.match(dom, /<h2>a <span class="state ended">ended/);
  },
});
