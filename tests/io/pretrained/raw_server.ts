/** An HTTP server that says exactly what it is told, true or not. */

/** What a server was asked, header names in lower case. */
export type Asked = ReadonlyMap<string, string>;

/** The head of an answer, and what follows it before the connection is closed. */
export interface RawAnswer {
  readonly status: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array;
}

/** A server on this machine: answers the first request by the first answer, and so on; the last one stays. */
export class RawServer implements AsyncDisposable {
  /** All that was asked, in order. */
  readonly asked: Asked[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #answers: readonly ((asked: Asked) => RawAnswer)[];
  readonly #serving: Promise<void>;

  constructor(...answers: ((asked: Asked) => RawAnswer)[]) {
    this.#answers = answers;
    this.#serving = this.#serve();
  }

  /** Where it listens, with a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}/`;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) await this.#answer(connection);
  }

  async #answer(connection: Deno.TcpConn): Promise<void> {
    using _ = connection;
    const asked = await readHead(connection);
    const answer = this.#answers[Math.min(this.asked.length, this.#answers.length - 1)]!;
    this.asked.push(asked);
    const { status, headers = {}, body = new Uint8Array() } = answer(asked);
    const lines = Object.entries({ connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = new TextEncoder().encode(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`);
    for (const part of [head, body]) await writeAll(connection, part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}

async function readHead(connection: Deno.TcpConn): Promise<Asked> {
  const buffer = new Uint8Array(4096), decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) break;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
  }
  const [first, ...lines] = text.split("\r\n");
  const headers = lines.flatMap((line) => {
    const [, name, value] = /^([^:]+): (.*)$/.exec(line) ?? [];
    return name ? [[name.toLowerCase(), value!] as const] : [];
  });
  return new Map([["path", first!.split(" ")[1] ?? ""], ...headers]);
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}
