/** Bicubic resizing in WebAssembly: the bits of core's `resizeBicubic`, several times as fast. */
import { planResize, resizeBicubic, type ResizeOptions, type ResizeTaps, type RgbImage } from "../../images/mod.ts";

/** What resize.wasm exports; its sources are in assembly/. Addresses are bytes. */
interface ResizeKernels {
  readonly memory: WebAssembly.Memory;
  freeAddress(): number;
  resizeColumns(
    ...args: [pixels: number, width: number, height: number, ...taps: TapAddresses, result: number]
  ): void;
  resizeRows(...args: [lines: number, stride: number, top: number, ...taps: TapAddresses, result: number]): void;
}

type TapAddresses = [starts: number, counts: number, weights: number, targets: number, span: number];

const PAGE_BYTES = 65_536;
/** What kernels touch behind a buffer, rounded up so that addresses of words are multiples of 4. */
const SLACK_BYTES = 16;
/** Larger images are resized without WebAssembly, whose memory is never given back. */
const MOST_BYTES = 1 << 26;

/** An instance of the kernels with its memory, for one thread. */
export class Resizer {
  readonly #kernels: ResizeKernels;

  private constructor(kernels: ResizeKernels) {
    this.#kernels = kernels;
  }

  /** Compiles the kernels, from a file or from https alike. */
  static async load(): Promise<Resizer> {
    const response = await fetch(new URL("./resize.wasm", import.meta.url));
    const { instance } = await WebAssembly.instantiate(await response.arrayBuffer());
    return new Resizer(instance.exports as unknown as ResizeKernels);
  }

  /** Bytes of the instance's memory now. */
  get memoryBytes(): number {
    return this.#kernels.memory.buffer.byteLength;
  }

  /** As `resizeBicubic`. */
  resize(image: RgbImage, options: ResizeOptions): RgbImage {
    const { columns, rows, top, height } = planResize(image, options);
    const width = columns.starts.length, stride = width * 3;
    const source = image.pixels.subarray(top * image.width * 3, (top + height) * image.width * 3);
    const sizes = [source.length, height * stride, rows.starts.length * stride, tapBytes(columns), tapBytes(rows)];
    if (sizes.reduce((sum, bytes) => sum + bytes, 0) > MOST_BYTES) return resizeBicubic(image, options);
    const [pixels, lines, result, across, down] = this.#place(sizes) as [number, number, number, number, number];
    new Uint8Array(this.#kernels.memory.buffer).set(source, pixels);
    this.#kernels.resizeColumns(pixels, image.width, height, ...this.#put(columns, across), lines);
    this.#kernels.resizeRows(lines, stride, top, ...this.#put(rows, down), result);
    const values = new Uint8Array(this.#kernels.memory.buffer, result, rows.starts.length * stride).slice();
    return { width, height: rows.starts.length, pixels: values };
  }

  /** Addresses of buffers of these sizes, the memory grown to hold them. */
  #place(sizes: readonly number[]): readonly number[] {
    let end = this.#kernels.freeAddress();
    const addresses = sizes.map((bytes) => {
      const address = Math.ceil(end / SLACK_BYTES) * SLACK_BYTES;
      end = address + bytes + SLACK_BYTES;
      return address;
    });
    const missing = end - this.#kernels.memory.buffer.byteLength;
    if (missing > 0) this.#kernels.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return addresses;
  }

  #put({ starts, counts, weights, span }: ResizeTaps, address: number): TapAddresses {
    const words = new Int32Array(this.#kernels.memory.buffer, address), targets = starts.length;
    [starts, counts, weights].reduce((at, part) => (words.set(part, at), at + part.length), 0);
    return [address, address + targets * 4, address + targets * 8, targets, span];
  }
}

function tapBytes({ starts, counts, weights }: ResizeTaps): number {
  return starts.byteLength + counts.byteLength + weights.byteLength;
}
