/** A phone is put back as it was, whatever it was. */
import assert from "node:assert/strict";
import { Journal, type MeasurementError, namedFile } from "../../../mobile/phone/mod.ts";
import { rejectsWith } from "../rejects.ts";
import { Phone } from "../scripted_phone/phone.ts";
import { folder, openTarget } from "./harness.ts";

const models = [await namedFile("a.tflite", new Uint8Array(100))];

Deno.test("a phone that was awake stays awake, and settings of any text come back", async () => {
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(new Phone()), text = `it's "$HOME" ; 0.5`;
  phone.set("state/power", "mWakefulness=Awake");
  phone.set("settings/window_animation_scale", text);
  const { target } = await openTarget(stack, phone, { script: "#!/bin/sh\n" });
  await target.prepare(models);
  assert.equal(phone.setting("window_animation_scale"), "0");
  await target.restore();
  assert.equal(phone.setting("window_animation_scale"), text);
  assert.equal(phone.setting("animator_duration_scale"), null);
  assert.match(await Deno.readTextFile(`${phone.folder}/state/power`), /Awake/);
});

Deno.test("a phone that keeps a changed setting is told of, and can be put back later", async () => {
  await using phone = new Phone();
  {
    await using stack = new AsyncDisposableStack();
    const { target } = await openTarget(stack, phone, { script: "#!/bin/sh\n" });
    await target.prepare(models);
    const settings = await Deno.readTextFile(`${phone.folder}/bin/settings`);
    phone.set("bin/settings", settings.replace("put)", "put) [ $3 = transition_animation_scale ] ||"));
    const error = await rejectsWith<MeasurementError>(target.restore(), "RESTORE_FAILED");
    assert.match(
      error.message,
      /settings put global transition_animation_scale 0\.5.*: transition_animation_scale stayed/,
    );
    phone.set("bin/settings", settings);
  }
  assert.equal(phone.setting("transition_animation_scale"), "0");
  await using stack = new AsyncDisposableStack();
  await openTarget(stack, phone, { script: "#!/bin/sh\n" });
  assert.equal(phone.setting("transition_animation_scale"), "0.5");
});

Deno.test("a journal is one phone's: what another phone's says is not done to this one", async () => {
  const entry = { schema: 1, serial: "a:1", folder: "/data", settings: { a: "1" }, awake: null } as const;
  using first = await Journal.open("a:1", `${folder}/journals`);
  first.write(entry);
  using second = await Journal.open("a:2", `${folder}/journals`);
  assert.deepEqual([await first.read(), await second.read()], [entry, undefined]);
});
