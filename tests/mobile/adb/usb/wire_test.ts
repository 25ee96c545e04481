/** ADB's packets over bulk endpoints, against a bus whose transfers are written down. */
import assert from "node:assert/strict";
import type { UsbInterface } from "../../../../mobile/adb/usb/discover.ts";
import { type Libusb, TIMEOUT } from "../../../../mobile/adb/usb/libusb.ts";
import { UsbWire } from "../../../../mobile/adb/usb/wire.ts";
import { rejectsWith } from "../../rejects.ts";

const HANDLE = 7n, NO_DEVICE = -4;
const at = { device: 1n, vendor: 0, product: 0, serialIndex: 0, number: 3, input: 0x81, output: 2, maxPacket: 64 };

/** What a transfer from the phone gives: bytes, or a result of libusb's. */
type Input = readonly number[] | number;

/** A wire on a bus with these transfers from the phone, then waits; and what was done on it. */
function bus({ inputs = [], claim = 0, takes = Infinity }: {
  readonly inputs?: readonly Input[];
  readonly claim?: number;
  readonly takes?: number;
}) {
  const calls: unknown[] = [], asked: number[] = [], left = [...inputs];
  let underWay = 0;
  const receive = (bytes: Uint8Array, moved: Int32Array): number => {
    asked.push(bytes.length);
    const next = left.shift() ?? TIMEOUT;
    if (typeof next === "number") return next;
    bytes.set(next);
    moved[0] = next.length;
    return 0;
  };
  const usb = {
    calls: {
      libusb_claim_interface: (...call: unknown[]) => (calls.push(["claim", ...call]), claim),
      libusb_release_interface: (...call: unknown[]) => (calls.push(["release", ...call, underWay]), 0),
      libusb_close: (handle: bigint) => Promise.resolve(void calls.push(["close", handle])),
      libusb_bulk_transfer: async (
        _: bigint,
        endpoint: number,
        bytes: Uint8Array,
        length: number,
        moved: Int32Array,
      ) => {
        underWay++;
        await new Promise((resolve) => setTimeout(resolve));
        underWay--;
        if (endpoint === at.input) return receive(bytes, moved);
        calls.push([endpoint, [...bytes]]);
        moved[0] = Math.min(takes, length);
        return moved[0] < length ? TIMEOUT : 0;
      },
    },
    [Symbol.dispose]: () => void calls.push(["end"]),
  };
  return { wire: () => new UsbWire(usb as unknown as Libusb, HANDLE, at as UsbInterface), calls, asked };
}

const header = Array.from({ length: 24 }, (_, index) => index);

Deno.test("a header is awaited; what another session left behind is skipped", async () => {
  const { wire, asked } = bus({ inputs: [[1, 2], TIMEOUT, header] });
  assert.deepEqual([...(await wire().readHeader())!], header);
  assert.deepEqual(asked, [64, 64, 64]);
});

Deno.test("a payload is joined from the transfers that it came in", async () => {
  const { wire, asked } = bus({ inputs: [[1, 2, 3], TIMEOUT, [4], [5, 6]] });
  assert.deepEqual([...(await wire().readPayload(6))!], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(asked, [6, 3, 3, 2]);
});

Deno.test("bytes are sent in one transfer, and an empty one after full packets", async () => {
  for (const [length, empty] of [[63, false], [64, true], [65, false], [128, true]] as const) {
    const { wire, calls } = bus({}), bytes = new Uint8Array(length).fill(5);
    await wire().write(bytes);
    assert.deepEqual(calls.slice(1), [[at.output, [...bytes]], ...(empty ? [[at.output, []]] : [])], `${length}`);
  }
});

Deno.test("bytes that the phone does not take in time are an error", async () => {
  const { message } = await rejectsWith(bus({ takes: 9 }).wire().write(new Uint8Array(10)), "USB_FAILED");
  assert.equal(message, "Cannot send 10 bytes within 5 s as libusb says LIBUSB_ERROR_TIMEOUT");
});

Deno.test("a phone that is gone is an error of the read, a claim that fails of the opening", async () => {
  await rejectsWith(bus({ inputs: [NO_DEVICE] }).wire().readHeader(), "DEVICE_LOST");
  await rejectsWith(() => bus({ claim: -6 }).wire(), "USB_BUSY");
});

Deno.test("closing ends reads that wait, and once no transfer is under way gives back the interface, the handle and the library, once", async () => {
  const { wire, calls } = bus({ inputs: [[1]] }), own = wire();
  const reads = [own.readHeader(), own.readPayload(4)];
  await Promise.all([own.close(), own.close()]);
  assert.deepEqual(await Promise.all(reads), [undefined, undefined]);
  assert.deepEqual(calls, [["claim", HANDLE, 3], ["release", HANDLE, 3, 0], ["close", HANDLE], ["end"]]);
  assert.equal(await own.readHeader(), undefined);
  await assert.rejects(own.write(new Uint8Array(1)), /Connection closed/);
});
