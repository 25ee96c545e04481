/** Runs command lines one after another in one process: each is a line of JSON on stdin, and the process ends with it. */
import { createInterface } from "node:readline";
import process from "node:process";
import { main } from "../../cli/main.ts";
import { endOf, type Request } from "./zen_protocol.ts";

const home = Deno.cwd(), encoder = new TextEncoder();

for await (const line of createInterface({ input: process.stdin })) {
  const { args, number }: Request = JSON.parse(line);
  Deno.chdir(home);
  const end = encoder.encode(endOf(number, await main(args)));
  for (const stream of [Deno.stdout, Deno.stderr]) stream.writeSync(end);
}
Deno.exit(0);
