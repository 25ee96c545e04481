/** The sync protocol's bytes, against a phone whose answers are written down. */
import assert from "node:assert/strict";
import type { AdbSocket } from "@yume-chan/adb";
import { SyncClient } from "../../../mobile/adb/sync.ts";
import { rejectsWith } from "../rejects.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder();

/** A message as SYNC.TXT has it: four letters, a length, and what follows. */
function message(name: string, value: number, payload: string | Uint8Array = ""): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  return Uint8Array.of(...encoder.encode(name), value & 255, (value >> 8) & 255, value >> 16, 0, ...bytes);
}

/** A conversation: the phone answers with these bytes once it has got so many writes; what was written is kept. */
function conversation(answer: Uint8Array<ArrayBuffer>, { after = 0 }: { readonly after?: number } = {}) {
  const written: Uint8Array[] = [], heard = Promise.withResolvers<void>();
  let closed = false;
  const listen = (): void => {
    if (written.length >= after) heard.resolve();
  };
  listen();
  const socket = {
    readable: new ReadableStream<Uint8Array>({
      async pull(controller) {
        await heard.promise;
        for (const byte of answer) controller.enqueue(Uint8Array.of(byte)); // as torn as a connection may be
        controller.close();
      },
    }),
    writable: new WritableStream<Uint8Array>({
      async write(bytes) {
        written.push(bytes.slice());
        listen();
        await new Promise((resolve) => setTimeout(resolve)); // an answer may come while bytes are on their way
      },
    }),
    close: () => void (closed = true),
  } as unknown as AdbSocket;
  return { client: new SyncClient(socket), written, closed: () => closed };
}

const file = { path: "/data/x", bytes: Uint8Array.of(1, 2, 3), mode: 0o640 };

Deno.test("a file is sent as a regular one with its mode, in messages of 64 KiB, with the time at the end", async () => {
  const bytes = new Uint8Array(65_536 + 2).fill(7), sent: (readonly number[])[] = [];
  const { client, written, closed } = conversation(message("OKAY", 0), { after: 4 });
  await client.send({ ...file, bytes, onProgress: (...progress) => sent.push(progress) });
  const [target, first, second, done] = written;
  assert.deepEqual(target, message("SEND", 13, "/data/x,33184")); // 0o100640
  assert.deepEqual(first, message("DATA", 65_536, bytes.subarray(2)));
  assert.deepEqual(second, message("DATA", 2, Uint8Array.of(7, 7)));
  assert.equal(decoder.decode(done!.subarray(0, 4)), "DONE");
  const seconds = new DataView(done!.buffer).getUint32(4, true);
  assert.ok(Math.abs(seconds - Date.now() / 1000) < 60);
  assert.deepEqual([written.length, sent], [4, [[65_536, 65_538], [65_538, 65_538]]]);
  await client[Symbol.asyncDispose]();
  assert.ok(closed());
});

Deno.test("a file of whole messages is followed by no empty one, and an empty file has none", async () => {
  for (const [length, count] of [[65_536, 3], [0, 2]] as const) {
    const { client, written } = conversation(message("OKAY", 0), { after: count });
    await client.send({ ...file, bytes: new Uint8Array(length) });
    assert.deepEqual([written.length, decoder.decode(written.at(-1)!.subarray(0, 4))], [count, "DONE"]);
  }
});

Deno.test("a file that is refused is an error with the phone's words, and no more of it is sent", async () => {
  const refusal = message("FAIL", 23, "No space left on device");
  const { client, written } = conversation(refusal, { after: 2 });
  const failure = rejectsWith(client.send({ ...file, bytes: new Uint8Array(100 * 65_536) }), "PUSH_NO_SPACE");
  assert.match((await failure).message, /^Cannot push to \/data\/x as the phone says: No space left on device$/);
  assert.ok(written.length < 60, `${written.length} messages`);
  assert.ok(!written.some((bytes) => decoder.decode(bytes).startsWith("DONE")));
});

Deno.test("an answer that is neither OKAY nor FAIL is named", async () => {
  const { client } = conversation(message("DATA", 0), { after: 3 });
  const { message: said } = await rejectsWith(client.send(file), "ADB_PROTOCOL");
  assert.equal(said, "Cannot push to /data/x as the answer is no OKAY: got DATA");
});

Deno.test("a phone that goes away in the middle of a push ends it", async () => {
  await assert.rejects(conversation(new Uint8Array(3), { after: 3 }).client.send(file), /ended/);
});

Deno.test("a file is read from messages of any size", async () => {
  const answer = [
    message("DATA", 2, "ab"),
    message("DATA", 0),
    message("DATA", 300, "c".repeat(300)),
    message("DONE", 0),
  ];
  const { client, written } = conversation(Uint8Array.of(...answer.flatMap((part) => [...part])), { after: 1 });
  assert.equal(decoder.decode(await client.receive("/data/x")), `ab${"c".repeat(300)}`);
  assert.deepEqual(written, [message("RECV", 7, "/data/x")]);
});

Deno.test("a file that cannot be read is an error with the phone's words, and what is no data is named", async () => {
  const missing = conversation(message("FAIL", 25, "No such file or directory")).client;
  const { message: said } = await rejectsWith(missing.receive("/data/x"), "PULL_FAILED");
  assert.equal(said, "Cannot pull /data/x as the phone says: No such file or directory");
  const odd = await rejectsWith(conversation(message("OKAY", 0)).client.receive("/data/x"), "ADB_PROTOCOL");
  assert.equal(odd.message, "Cannot pull /data/x as data must follow: got OKAY");
});
