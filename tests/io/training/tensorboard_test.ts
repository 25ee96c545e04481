import assert from "node:assert/strict";
import { EventFile } from "../../../core/io/training/tensorboard.ts";

/** Reads the files by TensorFlow's own rules, in the version of PyPI's `tensorboard`; prints steps and values by tag. */
const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
tags = events.Tags()["scalars"]
print(json.dumps({tag: [[it.step, it.value] for it in events.Scalars(tag)] for tag in tags}))
`;

async function readBack(directory: string): Promise<unknown> {
  const { code, stdout } = await new Deno.Command("python3", { args: ["-c", READER, directory], stderr: "null" })
    .output();
  return code === 0 ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
}

async function hasTensorBoard(): Promise<boolean> {
  const check = new Deno.Command("python3", { args: ["-c", "import tensorboard"], stderr: "null" });
  return await check.output().then(({ success }) => success, () => false);
}

Deno.test({
  name: "TensorBoard reads event files, and drops the steps that a continued training repeats",
  ignore: !(await hasTensorBoard()), // where python3 or PyPI's tensorboard is missing
  fn: async () => {
    const directory = await Deno.makeTempDir();
    {
      using first = new EventFile(directory, { step: 0 });
      first.add(1, { "loss/train": 2.5, "rate": 0.125 });
      first.add(2, { "loss/train": 2.25 });
      first.add(3, { "loss/train": 99 });
    }
    {
      using second = new EventFile(directory, { step: 3 });
      second.add(3, { "loss/train": 2 });
    }
    assert.deepEqual(await readBack(directory), { "loss/train": [[1, 2.5], [2, 2.25], [3, 2]], "rate": [[1, 0.125]] });
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test("a record is its length, data, and a checksum of each", async () => {
  const directory = await Deno.makeTempDir();
  const path = ((): string => {
    using file = new EventFile(directory, { step: 0 });
    file.add(7, { loss: 0.5 });
    return file.path;
  })();
  const bytes = await Deno.readFile(path), view = new DataView(bytes.buffer);
  const records: { length: number; data: Uint8Array; sums: readonly [number, number] }[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const sums = [view.getUint32(at + 8, true), view.getUint32(at + 12 + length, true)] as const;
    records.push({ length, data: bytes.slice(at + 12, at + 12 + length), sums });
    at += 16 + length;
  }
  assert.equal(records.length, 3);
  const text = new TextDecoder("latin1").decode(records[0]!.data);
  assert.ok(text.endsWith("\x1a\x0dbrain.Event:2"), "the version, field 3");
  // The last: wall time (field 1), step 7 (field 2), summary (field 5) of one value: tag `loss` (1), 0.5 (2).
  assert.deepEqual([...records[2]!.data.slice(9)], [
    ...[0x10, 7, 0x2a, 13, 0x0a, 11, 0x0a, 4, ...new TextEncoder().encode("loss"), 0x15, 0, 0, 0, 0x3f],
  ]);
  // RFC 3720's CRC-32C, bit by bit, masked as TFRecord does.
  const masked = (data: Uint8Array): number => {
    let sum = 0xffffffff;
    for (const byte of data) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0x82f63b78 & -(sum & 1));
    }
    sum = ~sum >>> 0;
    return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
  };
  for (const { length, data, sums } of records) {
    const size = new Uint8Array(BigUint64Array.of(BigInt(length)).buffer);
    assert.deepEqual(sums, [masked(size), masked(data)]);
  }
  await Deno.remove(directory, { recursive: true });
});
