/** Options that tell which phone, and what becomes of them. */
import assert from "node:assert/strict";
import { Command } from "commander";
import { addPhoneOptions, openOptionsOf, type PhoneOptions } from "../../cli/phone/options.ts";

/** What a command line becomes for `openDevice`. */
function opened(...args: readonly string[]) {
  const command = addPhoneOptions(new Command()).exitOverride().configureOutput({ writeErr: () => {} });
  const { onAuthorizationAsked, ...options } = openOptionsOf(
    command.parse(args, { from: "user" }).opts<PhoneOptions>(),
  );
  assert.equal(typeof onAuthorizationAsked, "function");
  return options;
}

Deno.test("options that are not given are left to the transport", () => {
  assert.deepEqual(opened(), { transport: "server", createKey: false });
});

Deno.test("every option reaches the phone's connection under its name there", () => {
  assert.deepEqual(opened("--serial", "s", "--transport", "tcp", "--address", "a", "--port", "7", "--create-key"), {
    ...{ transport: "tcp", createKey: true },
    ...{ serial: "s", host: "a", port: 7 },
  });
});

Deno.test("a port is 1 to 65535", () => {
  assert.deepEqual(["1", "65535"].map((port) => opened("--port", port).port), [1, 65_535]);
  for (const port of ["0", "65536", "x", "1.5"]) assert.throws(() => opened("--port", port), { exitCode: 1 }, port);
});
