import assert from "node:assert/strict";
import { adbHints } from "../../mobile/adb/mod.ts";
import { measurementHints } from "../../mobile/phone/mod.ts";

const here = (path: string): URL => new URL(path, import.meta.url);

Deno.test("the table of faults names errors and tests that exist", async () => {
  const sources = [
    "adb_faults_test.ts",
    "usb_test.ts",
    "adb/usb/libusb_test.ts",
    "phone/parse_test.ts",
    "phone/measurement_test.ts",
    "phone/report_test.ts",
    "phone/phone_bench_test.ts",
    "phone/interruption_test.ts",
  ];
  const tests = (await Promise.all(sources.map((path) => Deno.readTextFile(here(path))))).join();
  const page = await Deno.readTextFile(here("../../docs/phones.md"));
  const rows = page.split("\n").filter((line) => /^\| .* `[^`]+` +\|$/.test(line)).map((line) => line.split("|"));
  assert.ok(rows.length > 25);
  const table = rows.map(([, , codes]) => codes).join();
  const codes = [...Object.keys(adbHints), ...Object.keys(measurementHints)];
  assert.deepEqual(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(table)), []);
  for (const [, , codes = "", test = ""] of rows) {
    assert.ok(tests.includes(`"${/`(.*)`/.exec(test)![1]}"`), test);
    for (const code of codes.match(/\b[A-Z]+_[A-Z_]+\b/g) ?? []) {
      assert.ok(code in adbHints || code in measurementHints, code);
    }
  }
});
