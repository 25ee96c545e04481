/** How a person reads tables, counts, sizes and times. */
import assert from "node:assert/strict";
import { bytesInWords, duration, grouped, tableLines } from "../../cli/terminal.ts";

Deno.test("columns are as wide as their widest cell, numbers to the right, text to the left", () => {
  const rows = [["a", 1, "x"], ["longer than its title", 12_345, ""]] as const;
  assert.deepEqual(tableLines(["name", "count of it", "s"], rows), [
    "name                   count of it  s",
    "a                                1  x",
    "longer than its title        12345",
  ]);
  assert.deepEqual(tableLines(["name", "n"], []), ["name  n"]);
});

Deno.test("seconds, minutes and hours", () => {
  const texts = [0, 59.94, 60, 119.9, 200, 3599, 3600, 7500, 360_000].map(duration);
  assert.deepEqual(texts, [
    "0.0 s",
    "59.9 s",
    "1 min 00 s",
    "1 min 59 s",
    "3 min 20 s",
    "59 min 59 s",
    "1 h 00 min",
    "2 h 05 min",
    "100 h 00 min",
  ]);
});

Deno.test("bytes and counts", () => {
  const texts = [0, 999, 1000, 40_500, 999_949, 1_200_000, 3e9, 5e12].map(bytesInWords);
  assert.deepEqual(texts, [
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "40.5 kB",
    "999.9 kB",
    "1.2 MB",
    "3.0 GB",
    "5000.0 GB",
  ]);
  assert.deepEqual([999, 1000, 1_234_567].map(grouped), ["999", "1,000", "1,234,567"]);
});
