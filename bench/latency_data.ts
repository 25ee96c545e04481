/** Published latencies as tables: convolutions on a V100, NAS-Bench-201's networks on phones. */
import {
  kernelOf,
  kernelsOf,
  type MeasuredKernel,
  type MeasuredNetwork,
  nasBench201,
  type Tiling,
} from "../core/mod.ts";

/** TensorRT's tiles on a V100 of 80 processors. */
export const v100Tiling: Tiling = {
  product: [{ channels: 64, pixels: 128 }, { channels: 128, pixels: 128 }],
  depthwise: { channels: 32, pixels: 128 },
  concurrent: 80,
};

/** Rows of a CSV table without quotes, below its header. */
const rowsOf = (text: string): string[][] => text.trim().split("\n").slice(1).map((line) => line.split(","));

/** Convolutions: kind, batch, input channels, rows, output channels, window, stride, whether an addition is fused, ms. */
export function parseConvolutions(text: string): MeasuredKernel[] {
  return rowsOf(text).map(([kind, ...fields]) => {
    const [batch, inputs, size, outputs, window, stride, addends, latencyMs] = fields.map(Number) as [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ];
    const isDepthwise = kind!.startsWith("d"), groups = isDepthwise ? inputs : 1;
    const shape = { batch, inputs, size, outputs, window, stride, addends, groups };
    return { kernel: kernelOf({ kind: isDepthwise ? "depthwise" : "convolution", ...shape }), latencyMs };
  });
}

/** Networks of NAS-Bench-201 on several devices. */
export interface CellTable {
  /** The networks as kernels. */
  readonly networks: readonly Omit<MeasuredNetwork, "latencyMs">[];
  /** Latencies of each device, ms, in the order of the networks. */
  readonly latenciesMs: Readonly<Record<string, readonly number[]>>;
}

/** Reads networks and the columns of latencies from a table with a column of architectures. */
export function parseCells(text: string, columns: Readonly<Record<string, string>>): CellTable {
  const header = text.slice(0, text.indexOf("\n")).split(","), rows = rowsOf(text);
  const cells = header.findIndex((name) => name === "architecture" || name === "arch_str");
  const benchmark = nasBench201({ classes: 10, resolution: 32 });
  return {
    networks: rows.map((row) => kernelsOf(benchmark.design(row[cells]!), { runtime: "tflite" })),
    latenciesMs: Object.fromEntries(
      Object.entries(columns).map(([device, column]) => {
        const at = header.indexOf(column);
        return [device, rows.map((row) => Number(row[at]))];
      }),
    ),
  };
}

/** The networks of a table with the latencies of one device. */
export function measuredOn({ networks, latenciesMs }: CellTable, device: string): MeasuredNetwork[] {
  return networks.map((network, index) => ({ ...network, latencyMs: latenciesMs[device]![index]! }));
}
