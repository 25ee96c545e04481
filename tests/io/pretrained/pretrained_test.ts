/** Published files are fetched whole or not at all, whatever the server does. */
import assert from "node:assert/strict";
import { FetchError, type FetchErrorKind, fileHash, pretrainedWeights } from "@zennas/zennas";
import { type Asked, type RawAnswer, RawServer } from "./raw_server.ts";

const content = Uint8Array.from({ length: 50_000 }, (_, index) => index * 7 % 251);
const checkpoint = "net/best-params_rank0.pth";

/** The whole file, under a version. */
const whole = (body = content, etag = '"one"') => (): RawAnswer => ({
  status: "200 OK",
  headers: { "content-length": body.length, etag },
  body,
});

/** The file, of which the connection breaks off after some bytes. */
const brokenAfter = (bytes: number) => (): RawAnswer => ({ ...whole()(), body: content.subarray(0, bytes) });

/** The rest that was asked for, if the version is still that one; else the whole file. */
const rest = (body = content, etag = '"one"') => (asked: Asked): RawAnswer => {
  const from = Number(/^bytes=(\d+)-$/.exec(asked.get("range") ?? "")?.[1] ?? NaN);
  if (Number.isNaN(from) || asked.get("if-range") !== etag) return whole(body, etag)();
  const headers = {
    "content-length": body.length - from,
    "content-range": `bytes ${from}-${body.length - 1}/${body.length}`,
  };
  return { status: "206 Partial Content", headers, body: body.subarray(from) };
};

const answer = (status: string, headers = {}) => (): RawAnswer => ({
  status,
  headers: { "content-length": 0, ...headers },
});

/** A folder for fetched files. */
class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "zennas_pretrained_" });
  readonly path = `${this.folder}/${checkpoint}`;

  async fetch(url: string, options: Parameters<typeof pretrainedWeights>[1] = {}) {
    return await pretrainedWeights({ checkpoint, url }, { folder: this.folder, pauseMs: 1, ...options });
  }

  /** The files that are there, in order. */
  get files(): string[] {
    try {
      return [...Deno.readDirSync(`${this.folder}/net`)].map(({ name }) => name).sort();
    } catch {
      return [];
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const kept = ["best-params_rank0.pth", "best-params_rank0.pth.sha256"];

async function fails(action: Promise<unknown>, kind: FetchErrorKind, message: RegExp): Promise<void> {
  await assert.rejects(action, (error) => {
    assert.ok(error instanceof FetchError, Deno.inspect(error));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    assert.ok(error.hint.length > 10);
    return true;
  });
}

Deno.test("a file is fetched once, with progress, and its hash is recorded", async () => {
  using place = new Place();
  await using server = new RawServer(whole());
  const seen: (readonly [number, number | undefined])[] = [];
  const first = await place.fetch(server.url, { onProgress: ({ received, total }) => seen.push([received, total]) });
  assert.deepEqual(await Deno.readFile(first.path), content);
  assert.deepEqual([first.path, first.sha256], [place.path, await fileHash(place.path)]);
  assert.deepEqual(seen.at(-1), [50_000, 50_000]);
  assert.equal(await Deno.readTextFile(`${place.path}.sha256`), `${first.sha256}  best-params_rank0.pth\n`);
  assert.deepEqual(await place.fetch(server.url), first);
  assert.equal(server.asked.length, 1);
  assert.deepEqual(place.files, kept);
});

Deno.test("a connection that breaks off is gone on with, from where it broke", async () => {
  using place = new Place();
  await using server = new RawServer(brokenAfter(20_000), rest());
  await place.fetch(server.url);
  assert.deepEqual(await Deno.readFile(place.path), content);
  assert.deepEqual(server.asked.map((asked) => asked.get("range")), [undefined, "bytes=20000-"]);
  assert.deepEqual(place.files, kept);
});

Deno.test("a fetch that was given up is gone on with by the next", async () => {
  using place = new Place();
  await using server = new RawServer(brokenAfter(20_000), answer("500 Internal Server Error"));
  await fails(place.fetch(server.url), "server", /the server answered 500/);
  assert.equal(server.asked.length, 5); // one that brought something, and four in a row that did not
  await using mended = new RawServer(rest());
  await place.fetch(mended.url);
  assert.equal(mended.asked[0]!.get("range"), "bytes=20000-");
  assert.deepEqual(await Deno.readFile(place.path), content);
});

Deno.test("bytes of two versions are not joined", async () => {
  using place = new Place();
  const other = content.map((byte) => byte ^ 1);
  await using server = new RawServer(brokenAfter(20_000), rest(other, '"two"'));
  await place.fetch(server.url);
  assert.deepEqual(await Deno.readFile(place.path), other);
});

Deno.test("without a version that tells bytes apart, a fetch starts again", async () => {
  using place = new Place();
  const weak = () => ({ ...brokenAfter(20_000)(), headers: { "content-length": content.length, etag: 'W/"one"' } });
  await using server = new RawServer(weak, whole());
  await place.fetch(server.url);
  assert.equal(server.asked[1]!.get("range"), undefined);
  assert.deepEqual(await Deno.readFile(place.path), content);
});

Deno.test("a server that sends another part than it was asked for is not believed", async () => {
  using place = new Place();
  const wrong = (): RawAnswer => ({
    status: "206 Partial Content",
    headers: { "content-length": 10, "content-range": "bytes 5-14/50000" },
    body: content.subarray(5, 15),
  });
  await using server = new RawServer(brokenAfter(20_000), wrong, whole());
  await place.fetch(server.url);
  assert.deepEqual(await Deno.readFile(place.path), content);
});

Deno.test("a server that claims more than it sends never makes a file", async () => {
  using place = new Place();
  await using server = new RawServer(() => ({ ...whole()(), headers: { "content-length": 60_000 } }));
  await fails(place.fetch(server.url), "broken", /broke off after 50000 bytes/);
  assert.ok(!place.files.includes("best-params_rank0.pth"));
});

Deno.test("redirects are followed", async () => {
  using place = new Place();
  await using server = new RawServer(answer("302 Found", { location: "/elsewhere" }), whole());
  await place.fetch(server.url);
  assert.equal(server.asked[1]!.get("path"), "/elsewhere");
  assert.deepEqual(await Deno.readFile(place.path), content);
});

Deno.test("a file that the server does not have is an error at once, a failing server after some tries", async () => {
  using place = new Place();
  await using missing = new RawServer(answer("404 Not Found"));
  await fails(place.fetch(missing.url), "missing", /the server does not have it \(404\)/);
  assert.equal(missing.asked.length, 1);
  await using failing = new RawServer(answer("503 Service Unavailable"));
  await fails(place.fetch(failing.url), "server", /answered 503/);
  assert.equal(failing.asked.length, 4);
});

Deno.test("without a network the error says which file to put where", async () => {
  using place = new Place();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const place_ = place.path.replaceAll("/", "\\/");
  await fails(
    place.fetch(`http://127.0.0.1:${port}/`),
    "unreachable",
    new RegExp(`to ${place_} as the server cannot be`),
  );
});

Deno.test("a file that changes after it was fetched is refused, and so is another one from the server", async () => {
  using place = new Place();
  await using server = new RawServer(whole(), whole(content.map((byte) => byte ^ 1)));
  await place.fetch(server.url);
  await Deno.writeFile(place.path, content.subarray(1));
  await fails(place.fetch(server.url), "changed", /its SHA-256 must stay what it was/);
  await Deno.remove(place.path);
  await fails(place.fetch(server.url), "changed", /its SHA-256 must stay what it was/);
  assert.deepEqual(place.files, ["best-params_rank0.pth.sha256"]);
});

Deno.test("a folder of checkpoints is read where it is, and named where the file is not there", async () => {
  using place = new Place();
  await fails(place.fetch("http://0.0.0.0:1/", { checkpoints: place.folder }), "missing", /got none at .*best-params/);
  await Deno.mkdir(`${place.folder}/net`);
  await Deno.writeFile(place.path, content);
  const { path } = await place.fetch("http://0.0.0.0:1/", { checkpoints: place.folder });
  assert.equal(path, place.path);
  assert.deepEqual(place.files, ["best-params_rank0.pth"]); // nothing is written into a folder of the user's
});

Deno.test("a mirror is asked for the file under the mirror's URL", async () => {
  using place = new Place();
  await using server = new RawServer(whole());
  await place.fetch("http://0.0.0.0:1/", { checkpoints: `${server.url}mirror/` });
  assert.equal(server.asked[0]!.get("path"), `/mirror/${checkpoint}`);
});

Deno.test("two at once fetch the file once", async () => {
  using place = new Place();
  await using server = new RawServer(whole());
  const both = await Promise.all([place.fetch(server.url), place.fetch(server.url)]);
  assert.deepEqual(both[0], both[1]);
  assert.equal(server.asked.length, 1);
});

Deno.test("Ctrl-C keeps what has been received", async () => {
  using place = new Place();
  const controller = new AbortController();
  await using server = new RawServer(brokenAfter(20_000), answer("500 Internal Server Error"));
  const fetching = place.fetch(server.url, { signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(fetching, { name: "AbortError" });
  assert.deepEqual(place.files, ["best-params_rank0.pth.part", "best-params_rank0.pth.part.version"]);
});

Deno.test("a place that cannot be written to is named", async () => {
  using place = new Place();
  await using server = new RawServer(whole());
  await Deno.writeTextFile(`${place.folder}/net`, "a file where the folder must be");
  await fails(place.fetch(server.url), "write", /best-params_rank0\.pth as the system says: /);
});
