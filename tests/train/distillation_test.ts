/** Distillation: its loss against PyTorch's, and what becomes of the teacher. */
import assert from "node:assert/strict";
import {
  bilinearMatrix,
  distillationLoss,
  evaluate,
  filledInput,
  filledParameters,
  fillingRules,
  GraphBuilder,
  type NetworkDesign,
  networkNamed,
  resizeBilinear,
  resizedBilinear,
  ShapeError,
  teacherName,
  teacherParameters,
  trainingGraphs,
} from "@zennas/zennas";
import { openBackend } from "../../kernels/mod.ts";
import rows from "../fixtures/distillation.json" with { type: "json" };
import { rowsToRun } from "../scale.ts";
import { batchOf } from "./training_case.ts";

type Row = (typeof rows)[number];

const STEP = { optimiser: { name: "sgd", momentum: 0.9, nesterov: true }, weightDecay: 5e-4, smoothing: 0.1 } as const;

function designsOf({ blocks, resolution, teacher_resolution }: Row) {
  let before = 3;
  const structure = blocks.map(([kernel, channels, stride]) => {
    const block = `SuperConvK${kernel}BNRELU(${before},${channels},${stride},1)`;
    before = channels!;
    return block;
  }).join("");
  return {
    student: networkNamed(structure).design({ resolution, classes: 10 }),
    teacher: networkNamed("cifar_resnet20").design({ resolution: teacher_resolution }),
  };
}

/** Trains by a row, from the filling rule's weights. */
async function trained(row: Row) {
  const { student, teacher } = designsOf(row), { batch, resolution, learning_rate: rate } = row;
  const loss = distillationLoss(student, {
    teacher,
    featureRatio: row.feature_ratio,
    featureWeight: row.feature_weight,
    logitWeight: row.logit_weight,
    projection: row.projection as "conv" | "conv-norm-relu",
  });
  const graphs = trainingGraphs(student, { batch, ...STEP, loss });
  await using backend = await openBackend("cpu", { workers: 1 });
  using state = backend.hold(graphs.held);
  const own = [...graphs.parameters, ...graphs.lossParameters];
  await state.write(graphs.beginning(filledParameters(own, fillingRules.trained)));
  const taught = Object.entries(filledParameters(teacherParameters(teacher), fillingRules.trained));
  await state.write(Object.fromEntries(taught.map(([name, values]) => [teacherName(name), values])));
  const before = await state.read(graphs.fixed), losses: number[] = [];
  using program = backend.compile(graphs.step, { state });
  for (let step = 0; step < row.steps; step++) {
    const feeds = { ...batchOf({ batch, resolution, num_classes: 10 }, step), ...graphs.scalars(step + 1, rate) };
    losses.push((await program.run({ feeds }))[0]![0]!);
  }
  return { graphs, losses, before, after: await state.read(graphs.fixed), taught };
}

const { rows: run, share } = rowsToRun(rows, ({ projection }) => [projection]);

Deno.test(`losses of 10 steps are PyTorch's, and the teacher keeps its bits, ${share}`, async () => {
  for (const row of run) {
    const { graphs, losses, before, after, taught } = await trained(row);
    for (const [step, loss] of losses.entries()) {
      const relative = Math.abs(loss / row.losses[step]! - 1);
      assert.ok(relative < 1e-4, `${row.projection}, step ${step}: ${loss}, not ${row.losses[step]}`);
    }
    assert.deepEqual(graphs.fixed.toSorted(), taught.map(([name]) => teacherName(name)).sort());
    assert.deepEqual(after, before);
    assert.ok(graphs.parameters.every(({ name }) => !name.startsWith("distillation/")));
    assert.ok(graphs.lossParameters.length > 0);
  }
});

Deno.test("resizing on a graph is that of images, also where sides differ", () => {
  const shape = [2, 5, 5, 3], builder = new GraphBuilder();
  const { x: values } = filledInput("x", shape) as { x: Float32Array };
  const x = builder.add("input", [], { name: "x", shape });
  for (const size of [3, 5, 8]) {
    const [resized] = evaluate(builder.build([resizedBilinear(builder, x, { size: [size, size] })]), {
      feeds: { x: values },
    });
    for (const image of [0, 1]) {
      const one = { width: 5, height: 5, values: values.subarray(image * 75, (image + 1) * 75) };
      const count = size * size * 3;
      resizeBilinear(one, size).values.forEach((expected, at) =>
        assert.ok(Math.abs(resized![image * count + at]! - expected) < 1e-6)
      );
    }
  }
  const [wide] = evaluate(builder.build([resizedBilinear(builder, x, { size: [5, 10] })]), { feeds: { x: values } });
  const matrix = bilinearMatrix({ from: 5, to: 10 });
  for (let column = 0; column < 10; column++) {
    let expected = 0;
    for (let from = 0; from < 5; from++) expected += matrix[column * 5 + from]! * values[from * 3 + 1]!;
    assert.ok(Math.abs(wide![column * 3 + 1]! - expected) < 1e-6);
  }
});

Deno.test("networks that share no stage, or no classes, are refused, unless that term has no weight", () => {
  const student = networkNamed("SuperConvK3BNRELU(3,8,2,1)").design({ resolution: 16, classes: 10 });
  const common = { featureRatio: 16, featureWeight: 1, logitWeight: 1, projection: "conv" } as const;
  const graphsOf = (teacher: NetworkDesign, options: object) =>
    trainingGraphs(student, { batch: 2, ...STEP, loss: distillationLoss(student, { ...common, ...options, teacher }) });
  const same = networkNamed("cifar_resnet20").design({ resolution: 16 });
  assert.throws(
    () => graphsOf(same, {}),
    (error) => error instanceof ShapeError && /got 2 and 1, 2, 4/.test(error.message),
  );
  assert.deepEqual(graphsOf(same, { featureWeight: 0 }).lossParameters, []);
  const other = networkNamed("cifar_resnet20").design({ resolution: 16, classes: 5 });
  assert.throws(() => graphsOf(other, { featureRatio: 2 }), /same classes: got 10 and 5/);
  assert.equal(graphsOf(other, { featureRatio: 2, logitWeight: 0 }).lossParameters.length, 2);
});
