/** Small graphs that draw everything they need, as a search's candidates do. */
import { type Graph, GraphBuilder } from "../../core/mod.ts";

/** Σ of a drawn tensor after some convolutions. */
export function convolutions(channels: number, layers: number): Graph {
  const builder = new GraphBuilder();
  let x = builder.add("gaussian", [], { shape: [1, 4, 4, channels], stream: 0 });
  for (let layer = 1; layer <= layers; layer++) {
    const weight = builder.add("gaussian", [], { shape: [channels, 3, 3, channels], stream: layer });
    x = builder.add("relu", [builder.add("conv2d", [x, weight], { stride: 1, padding: 1, groups: 1 })], {});
  }
  return builder.build([builder.add("sum", [x], {})]);
}
