/** Where an adb server is looked for. */
import assert from "node:assert/strict";
import { defaultServerPort } from "../../../mobile/adb/server.ts";
import { rejectsWith } from "../rejects.ts";

const VARIABLE = "ANDROID_ADB_SERVER_PORT";

/** The port that is taken where the variable has this value. */
function portWith(text: string | undefined): number {
  const before = Deno.env.get(VARIABLE);
  const set = (value: string | undefined): void =>
    value === undefined ? Deno.env.delete(VARIABLE) : Deno.env.set(VARIABLE, value);
  set(text);
  try {
    return defaultServerPort();
  } finally {
    set(before);
  }
}

Deno.test("the server's port is adb's own, or the environment's", () => {
  assert.deepEqual([undefined, "1", "65535"].map(portWith), [5037, 1, 65_535]);
});

Deno.test("an environment that names no port is refused", async () => {
  for (const text of ["", "0", "65536", "-1", "1e3", "0x10", "5037 ", "adb"]) {
    const { message } = await rejectsWith(() => portWith(text), "ADB_SERVER_UNREACHABLE");
    assert.equal(message, `Cannot take ANDROID_ADB_SERVER_PORT for a port: got ${text}`);
  }
});
