/** Which neurons are on for which images: what NASWOT and TE-NAS measure. */
import type { Backend } from "../../graph/backend.ts";
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import type { SquareMatrix } from "../../numeric/matrix.ts";
import { elementCount } from "../../graph/shape.ts";
import type { NetworkDesign } from "../design.ts";
import type { ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** Signs of a ReLU's neurons, 1 where on and −1 where off, `[n, neurons]`. */
function signs(builder: GraphBuilder, relu: NodeId): NodeId {
  const on = builder.add("step", [builder.add("flatten", [relu], {})], {});
  return builder.add("affine", [on], { scale: 2, shift: -1 });
}

/** How often pairs of images agree. */
export interface Agreements extends SquareMatrix {
  /** All neurons of the network: what the diagonal holds. */
  readonly neurons: number;
}

/**
 * In how many neurons behind ReLUs each two images of a batch agree, on or off: Σ c·cᵀ + (1 − c)(1 − c)ᵀ over layers,
 * [batch × batch]. A layer's products of signs are exact in float32 up to 2²⁴ neurons; they are summed in float64.
 */
export async function agreementsOf(
  design: NetworkDesign,
  settings: ScoringSettings,
  backend: Backend | undefined,
): Promise<Agreements> {
  const graph = new ProxyGraph(design, settings), { builder } = graph, size = settings.batch;
  const products: NodeId[] = [];
  const { network } = graph.forward(graph.images(), {
    onRelu(relu) {
      const on = signs(builder, relu);
      products.push(builder.add("linear", [on, on], {}));
    },
  });
  const neurons = network.relus.reduce((sum, relu) => sum + elementCount(builder.shape(relu)) / size, 0);
  const values = new Float64Array(size * size).fill(neurons / 2);
  for (const product of await graph.run(products, backend)) {
    product.forEach((excess, index) => values[index]! += excess / 2);
  }
  return { size, values, neurons };
}
