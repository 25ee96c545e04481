/** The service `shell,v2`: a command line in the phone's shell, its output in packets, its exit code at the end. */
import type { Phone } from "./phone.ts";
import type { PhoneStream } from "./stream.ts";

const PACKET = { stdin: 0, stdout: 1, stderr: 2, exit: 3, closeStdin: 4 } as const;

function shellPacket(id: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + data.length);
  bytes[0] = id;
  new DataView(bytes.buffer).setUint32(1, data.length, true);
  bytes.set(data, 5);
  return bytes;
}

/** Feeds the command until the host closes its input. */
async function feed(stream: PhoneStream, stdin: WritableStream<Uint8Array>): Promise<void> {
  const writer = stdin.getWriter();
  try {
    for (;;) {
      const header = await stream.read(5);
      if (!header || header[0] === PACKET.closeStdin) return;
      const data = await stream.read(new DataView(header.buffer).getUint32(1, true));
      if (!data) return;
      if (header[0] === PACKET.stdin) await writer.write(data);
    }
  } finally {
    await writer.close();
  }
}

/** Runs the command line of `shell,v2,…:command` on the phone. */
export async function serveShell(stream: PhoneStream, phone: Phone, service: string): Promise<void> {
  const child = phone.spawn(service.slice(service.indexOf(":") + 1));
  feed(stream, child.stdin).catch(() => {}); // the command may end before its input does
  let writing: Promise<void> = Promise.resolve();
  const queue = (id: number, data: Uint8Array) => writing = writing.then(() => stream.write(shellPacket(id, data)));
  const pump = async (source: ReadableStream<Uint8Array>, id: number): Promise<void> => {
    for await (const chunk of source) await queue(id, chunk);
  };
  await Promise.all([pump(child.stdout, PACKET.stdout), pump(child.stderr, PACKET.stderr)]);
  const { code } = await child.status;
  await queue(PACKET.exit, Uint8Array.of(code));
  await stream.close();
}
