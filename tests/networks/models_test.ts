/** Hand-written architectures are those of their PyTorch originals, on every backend. */
import assert from "node:assert/strict";
import {
  type Backend,
  designCost,
  evaluate,
  fedParameters,
  filledInput,
  filledParameters,
  fillingRules,
  GraphBuilder,
  IMAGE,
  models,
  type NamedDesign,
  Network,
  networkNamed,
  networkNames,
  type NodeId,
  openBackend,
  trueCost,
  zooFacts,
  zooNames,
} from "@zennas/zennas";
import { webGpuTest } from "../kernels/webgpu.ts";
import { everyRow } from "../scale.ts";
import originals from "../fixtures/model_logits.json" with { type: "json" };
import { pytorchShape } from "./networks.ts";

type Row = typeof originals[number];

/** Filled parameters make these amplify float32's rounding until nothing is left of the logits. */
const CHAOTIC: ReadonlySet<string> = new Set(["geffnet.tf_efficientnet_b5", "geffnet.tf_efficientnet_b6"]);
/** One of each family. */
const FEW: ReadonlySet<string> = new Set(["resnet18", "mobilenet_v2", "mobilenetv3_large_100", "tf_efficientnet_b0"]);

const rows = originals.filter(({ name }) => everyRow || FEW.has(name.split(".")[1]!));
const share = `${rows.length} of ${originals.length} rows`;

function designOf({ name, resolution }: Row): NamedDesign {
  const [own] = [...models].find(([, { original }]) => original === name)!;
  return networkNamed(own).design({ resolution });
}

/** A design on a graph, with its feeds when they are asked for. */
function filled(design: NamedDesign, batch: number) {
  const builder = new GraphBuilder(),
    network = new Network({ builder, mode: "inference", parameters: fedParameters() });
  const shape = [batch, design.resolution, design.resolution, 3];
  const lowered = design.lower(network, builder.add("input", [], { name: IMAGE, shape }));
  const feeds = () => ({ ...filledInput(IMAGE, shape), ...filledParameters(network.parameters, fillingRules.trained) });
  return { builder, network, lowered, feeds };
}

async function run(
  backend: Backend,
  { builder, feeds }: ReturnType<typeof filled>,
  output: NodeId,
): Promise<Float32Array> {
  using program = backend.compile(builder.build([output]));
  return (await program.run({ feeds: feeds() }))[0]!;
}

function checkLogits({ logits, name }: Row, values: Float32Array | Float64Array, tolerance: number): void {
  assert.equal(values.length, logits.shape[0]! * logits.shape[1]!);
  const off = Math.hypot(...logits.first.map((value, index) => value - values[index]!)) / logits.norm;
  const norm = Math.hypot(...values) / logits.norm - 1;
  assert.ok(off < tolerance && Math.abs(norm) < tolerance, `${name}: ${off}, norm ${norm}`);
}

/** The chaotic ones are compared with the oracle where half of their blocks is behind. */
async function checkBackend(backend: Backend, some: readonly Row[]): Promise<void> {
  for (const row of some) {
    const net = filled(designOf(row), row.batch);
    if (!CHAOTIC.has(row.name)) {
      checkLogits(row, await run(backend, net, net.lowered.logits), 1e-4);
      continue;
    }
    const middle = net.lowered.blocks[net.lowered.blocks.length >> 1]!;
    const [expected] = evaluate(net.builder.build([middle]), { feeds: net.feeds() }),
      actual = await run(backend, net, middle);
    const off = Math.hypot(...actual.map((value, index) => value - expected![index]!)) / Math.hypot(...expected!);
    assert.ok(off < 1e-4, `${row.name}: ${off}`);
  }
}

Deno.test(`logits on the CPU are the PyTorch originals' (${share})`, async () => {
  await using backend = await openBackend("cpu");
  await checkBackend(backend, rows);
});

/** Software drivers are slow. */
const onWebGpu = everyRow ? rows : rows.slice(0, 2);

webGpuTest(`logits on WebGPU are the PyTorch originals' (${onWebGpu.length} of ${originals.length} rows)`, async () => {
  await using backend = await openBackend("webgpu");
  await checkBackend(backend, onWebGpu);
});

Deno.test("where float32 cannot tell, the float64 oracle gives the PyTorch originals' logits", () => {
  for (
    const row of originals.filter(({ name }) => everyRow ? CHAOTIC.has(name) : name.endsWith("tf_efficientnet_b5"))
  ) {
    const net = filled(designOf(row), row.batch);
    checkLogits(row, evaluate(net.builder.build([net.lowered.logits]), { feeds: net.feeds() })[0]!, 1e-6);
  }
});

Deno.test("parameters have the names, shapes, order and number of the PyTorch originals' state dicts", () => {
  for (const row of originals) {
    const design = designOf(row), { network: { parameters } } = filled({ ...design, resolution: 32 }, 1);
    const entries = parameters.flatMap(({ name, shape }) => {
      const entry = [name, pytorchShape(shape)];
      return name.endsWith("running_var") ? [entry, [name.replace("running_var", "num_batches_tracked"), []]] : [entry];
    });
    assert.equal(entries.length, row.state_dict_entries, row.name);
    assert.deepEqual(entries.slice(0, row.state_dict.length), row.state_dict, row.name);
    assert.equal(design.cost().parameters, row.parameters, row.name);
  }
});

/** Of torchvision's documentation of its weights, and of the ResNet-20 that pytorch_resnet_cifar10 published. */
const parameterCounts: Readonly<Record<string, number>> = {
  resnet101: 44_549_160,
  resnet152: 60_192_808,
  mobilenet_v3_small: 2_542_856,
  torchvision_mobilenet_v3_small: 2_542_856,
  torchvision_mobilenet_v3_large: 5_483_032,
  efficientnet_b1: 7_794_184,
  efficientnet_b2: 9_109_994,
  efficientnet_b4: 19_341_616,
  efficientnet_b7: 66_347_960,
  torchvision_efficientnet_b7: 66_347_960,
  cifar_resnet20: 269_722,
};

Deno.test("models of which no logits were published have the parameters of their originals", () => {
  for (const [name, count] of Object.entries(parameterCounts)) {
    assert.equal(networkNamed(name).design({ resolution: 32 }).cost().parameters, count, name);
  }
});

const namesOf = (name: string): ReadonlySet<string> =>
  new Set(
    filled(networkNamed(name).design({ resolution: 32 }), 1).network.parameters.map((parameter) => parameter.name),
  );

Deno.test("every program's names are its own", () => {
  const some: Readonly<Record<string, readonly string[]>> = {
    resnet50: ["layer1.0.downsample.0.weight", "layer4.2.bn3.running_var", "fc.bias"],
    cifar_resnet20: ["layer3.2.conv2.weight", "layer2.0.bn1.running_mean", "linear.weight"],
    mobilenet_v2: [
      "features.1.conv.1.weight",
      "features.17.conv.3.running_var",
      "features.18.0.weight",
      "classifier.1.bias",
    ],
    mobilenet_v3_large: [
      "blocks.2.0.se.conv_reduce.bias",
      "blocks.6.0.bn1.bias",
      "conv_head.bias",
      "classifier.weight",
    ],
    torchvision_mobilenet_v3_large: [
      "features.1.block.1.0.weight",
      "features.4.block.2.fc1.bias",
      "features.16.1.running_mean",
      "classifier.0.weight",
      "classifier.3.bias",
    ],
    efficientnet_b0: ["blocks.0.0.conv_pw.weight", "blocks.1.1.conv_pwl.weight", "bn2.running_var", "classifier.bias"],
    torchvision_efficientnet_b0: [
      "features.1.0.block.1.fc2.weight",
      "features.2.1.block.3.1.running_var",
      "features.8.0.weight",
      "classifier.1.weight",
    ],
  };
  for (const [name, wanted] of Object.entries(some)) {
    assert.deepEqual([...new Set(wanted).difference(namesOf(name))], [], name);
  }
  assert.ok(![...namesOf("cifar_resnet20")].some((name) => /downsample|shortcut/.test(name)));
});

Deno.test("links of CIFAR's ResNets take every second pixel, and put as many zeros before its channels as after them", () => {
  const { builder, lowered } = filled(networkNamed("cifar_resnet32").design(), 1);
  const { nodes } = builder.build([lowered.logits]);
  const padded = nodes.flatMap((node) => node.op === "pad_channels" ? [node] : []);
  assert.deepEqual(padded.map(({ attributes }) => attributes), [{ before: 8, after: 8 }, { before: 16, after: 16 }]);
  for (const { inputs: [from] } of padded) {
    assert.deepEqual(nodes[from!]!.attributes, { kernel: 1, stride: 2, padding: 0 });
  }
});

Deno.test("forms leave out residual links and normalisations, and have other classes", () => {
  for (const name of ["resnet18", "cifar_resnet20", "mobilenet_v2", "efficientnet_b0"]) {
    const ops = (form: Parameters<ReturnType<typeof networkNamed>["design"]>[0]): readonly string[] => {
      const { builder, lowered } = filled(networkNamed(name).design({ resolution: 32, ...form }), 1);
      return builder.build([lowered.logits]).nodes.map(({ op }) => op);
    };
    assert.ok(ops({}).includes("add") && ops({}).includes("normalize"), name);
    assert.ok(!ops({ residualLinks: false }).includes("add"), name);
    assert.ok(!ops({ batchNorm: false }).includes("normalize"), name);
    const { builder, lowered } = filled(networkNamed(name).design({ resolution: 32, classes: 7 }), 2);
    assert.deepEqual(builder.shape(lowered.logits), [2, 7], name);
  }
});

Deno.test("every network of the zoo has facts, a design in its published form, and counts near its figures", () => {
  for (const name of networkNames) {
    const facts = zooFacts(name), design = networkNamed(name).design();
    assert.equal(design.resolution, facts.resolution, name);
    assert.equal(design.classes, facts.classes, name);
    const { parameters, macs } = designCost(design), { params, flops } = facts.published;
    if (zooNames.includes(name)) {
      const { structure } = networkNamed(name);
      assert.deepEqual(designCost(design), trueCost(structure!, design.form), name);
    } else {
      assert.ok(Math.abs(parameters / params - 1) < 0.04, `${name}: ${parameters} for ${params}`);
      assert.ok(flops === null || Math.abs(macs / flops - 1) < 0.06, `${name}: ${macs} for ${flops}`);
    }
  }
});

Deno.test("B3, B5 and B6 have the latencies of Zen-NAS's table", () => {
  const ms = (name: string) => {
    const { v100MsPerImage, t4MsPerImage, pixel2Ms, top1Percent } = zooFacts(name).published;
    return [v100MsPerImage, t4MsPerImage, pixel2Ms, top1Percent];
  };
  assert.deepEqual(ms("efficientnet_b3"), [1.12, 1.86, 569.3, 81.1]);
  assert.deepEqual(ms("tf_efficientnet_b5"), [4.5, 7, 2580, 83.3]);
  assert.deepEqual(ms("tf_efficientnet_b6"), [7.64, 12.3, 4288, 84]);
  assert.deepEqual(ms("resnet50"), [null, null, null, 76.13]);
});
