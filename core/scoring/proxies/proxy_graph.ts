/** A graph that a proxy grows: a design's network behind images, with everything filled by the settings. */
import type { Backend } from "../../graph/backend.ts";
import { type Graph, GraphBuilder, type NodeId } from "../../graph/graph.ts";
import type { LoweredStructure } from "../../networks/masternet/mod.ts";
import { Network, type NetworkOptions, type Parameter, type ParameterSource } from "../../networks/layers.ts";
import {
  filledInput,
  filledParameters,
  fillingRules,
  gaussianParameters,
  IMAGE,
  sharedParameters,
  STREAM,
} from "../../networks/parameters.ts";
import type { Shape } from "../../graph/shape.ts";
import type { NetworkDesign } from "../design.ts";
import { labelsOf, oneHot } from "./labels.ts";
import type { ScoringSettings } from "../proxy.ts";

/** A network on a graph, and the nodes that proxies read. */
export interface ForwardPass extends LoweredStructure {
  /** Its parameters, layers, normalisations and ReLUs. */
  readonly network: Network;
}

/** What a forward pass may do otherwise. */
export interface ForwardPassOptions extends Pick<NetworkOptions, "onRelu" | "thin"> {
  /** What normalisations do; training unless told. */
  readonly mode?: NetworkOptions["mode"];
  /** Changes where parameters come from, given the graph's own source. */
  readonly parameters?: (source: ParameterSource) => ParameterSource;
}

/** Which images a proxy wants. */
export interface ImageOptions {
  /** The first batch of the score, or the second. */
  readonly which?: 0 | 1;
  /** How many of them. */
  readonly count?: number;
  /** Rows and columns. */
  readonly size?: number;
  /** Default: 3. */
  readonly channels?: number;
}

/** Names of the two batches of images under the filling rule. */
const IMAGE_NAMES = [IMAGE, "input2"] as const;
const IMAGE_STREAMS = [STREAM.input, STREAM.perturbation] as const;
const LABEL_NAMES = ["labels", "labels2"] as const;

/** The graph of one score. Every forward pass on it shares the network's parameters. */
export class ProxyGraph {
  /** Takes any operation. */
  readonly builder: GraphBuilder = new GraphBuilder();
  readonly #design: NetworkDesign;
  readonly #settings: ScoringSettings;
  readonly #parameters: ParameterSource;
  readonly #feeds = new Map<string, () => Float32Array>();

  /** An empty graph for a design under settings. */
  constructor(design: NetworkDesign, settings: ScoringSettings) {
    this.#design = design;
    this.#settings = settings;
    const rule = fillingRules[settings.weights];
    const filled = (_: GraphBuilder, parameter: Parameter): NodeId =>
      this.fed(parameter.name, parameter.shape, () => filledParameters([parameter], rule)[parameter.name]!);
    this.#parameters = settings.fill === "reference" ? sharedParameters(filled) : gaussianParameters(rule);
  }

  /** A batch of random images, `[batch, h, w, 3]` unless told otherwise: the first of the score unless told. */
  images(options: ImageOptions = {}): NodeId {
    const { which = 0, count = this.#settings.batch, size = this.#design.resolution, channels = 3 } = options;
    const shape = [count, size, size, channels], name = IMAGE_NAMES[which];
    if (this.#settings.fill === "reference") return this.fed(name, shape, () => filledInput(name, shape)[name]!);
    return this.builder.add("gaussian", [], { shape, stream: IMAGE_STREAMS[which] });
  }

  /** The classes of a batch as probabilities, `[batch, classes]`. */
  labels(which: 0 | 1 = 0): NodeId {
    const { classes } = this.#design, { batch } = this.#settings;
    const values = () => oneHot(labelsOf(this.#settings, { classes, which }), classes);
    return this.fed(LABEL_NAMES[which], [batch, classes], values);
  }

  /** A tensor of the host's making; `values` are asked for when the graph runs, and only if it is needed. */
  fed(name: string, shape: Shape, values: () => Float32Array): NodeId {
    this.#feeds.set(name, values);
    return this.builder.add("input", [], { name, shape });
  }

  /** A network without layers, in training mode and with the graph's parameters unless told. */
  network({ mode = "train", parameters = (source) => source, ...options }: ForwardPassOptions = {}): Network {
    return new Network({ builder: this.builder, mode, parameters: parameters(this.#parameters), ...options });
  }

  /** The design's network behind `input`. */
  forward(input: NodeId, options: ForwardPassOptions = {}): ForwardPass {
    const network = this.network(options);
    return { network, ...this.#design.lower(network, input) };
  }

  /** The values of nodes under the settings' seed. Throws TypeError without a backend. */
  async run(outputs: readonly NodeId[], backend: Backend | undefined): Promise<Float32Array[]> {
    const [values] = await this.runEach(outputs, [{}], backend);
    return values!;
  }

  /**
   * The values of nodes for each of several sets of feeds, which come beside the graph's own; as many at once as the
   * backend can. Throws TypeError without a backend.
   */
  async runEach(
    outputs: readonly NodeId[],
    each: readonly Readonly<Record<string, Float32Array>>[],
    backend: Backend | undefined,
  ): Promise<Float32Array[][]> {
    if (!backend) throw new TypeError("Cannot evaluate a network without a backend");
    const { seed, draw } = this.#settings, graph = this.builder.build(outputs), shared = this.#feedsOf(graph);
    using program = backend.compile(graph);
    return await Promise.all(each.map((feeds) => program.run({ seed, draw, feeds: { ...shared, ...feeds } })));
  }

  #feedsOf({ nodes }: Graph): Record<string, Float32Array> {
    const names = nodes.flatMap((node) => node.op === "input" ? [node.attributes.name] : []);
    const known = names.filter((name) => this.#feeds.has(name));
    return Object.fromEntries(known.map((name) => [name, this.#feeds.get(name)!()]));
  }
}
