import assert from "node:assert/strict";
import { CandidateError, deepmad, maeDet, mainPath, type NetworkDesign, type NodeId, proxyNamed } from "@zennas/zennas";
import { drawn, small } from "./settings.ts";

const ln = Math.log;

Deno.test("the main path leaves out projections, shortcuts and squeeze-and-excitation", () => {
  const text = "SuperConvK3BNRELU(3,8,1,1)SuperResK1K3K1(8,12,2,5,1)SuperResIDWE2K5(12,16,2,8,1)";
  const expected = [
    [8, 27, 8],
    ...[[5, 8, 8], [5, 45, 4], [12, 5, 4], [5, 12, 4], [5, 45, 4], [12, 5, 4]],
    ...[[16, 12, 4], [16, 25, 2], [8, 16, 2], [32, 8, 2], [32, 25, 2], [16, 32, 2]],
  ];
  for (const residualLinks of [false, true]) {
    for (const squeezeExcite of [false, true]) {
      const path = mainPath(small(text, { residualLinks, squeezeExcite }));
      assert.deepEqual(path.map(({ channels, fanIn, height }) => [channels, fanIn, height]), expected);
      assert.ok(path.every(({ height, width }) => height === width));
    }
  }
});

Deno.test("where branches meet, the main path is the one with more convolutions, whichever comes first", () => {
  const { lower: _, ...form } = small("SuperConvK3BNRELU(3,8,1,1)");
  for (const meet of ["add", "concat"] as const) {
    for (const order of [[0, 1], [1, 0]]) {
      const lower: NetworkDesign["lower"] = (network, input) => {
        const conv = (x: NodeId, name: string): NodeId => network.convolution(x, name, { channels: 4, kernel: 3 });
        const branches = [conv(input, "short"), conv(conv(input, "first"), "second")];
        const features = network.builder.add(meet, order.map((index) => branches[index]!), {});
        return { blocks: [features], features, logits: features };
      };
      assert.deepEqual(mainPath({ ...form, lower }).map(({ fanIn }) => fanIn), [27, 36]);
    }
  }
});

Deno.test("MAE-DET and DeepMAD are their sums over stages, by hand", async () => {
  const design = small("SuperConvK3BNRELU(3,8,1,1)SuperConvK3BNRELU(8,16,2,2)SuperConvK1BNRELU(16,32,2,1)");
  const first = ln(27) / 2, second = first + (ln(72) + ln(144)) / 2, third = second + ln(16) / 2;
  const mae = await maeDet.score(design, drawn(maeDet));
  assert.ok(Math.abs(mae.value - ((ln(8) + first) + (ln(16) + second) + 6 * (ln(32) + third))) < 1e-9);
  const mad = await deepmad.score(design, drawn(deepmad));
  const expected = ln(8 * 64) * first + ln(16 * 16) * second + 8 * ln(32 * 4) * third;
  assert.ok(Math.abs(mad.value - expected) < 1e-9);
  assert.ok(Math.abs(mad.parts!.ratio! - Math.max(1 / 27, 2 / Math.sqrt(72 * 144), 1 / 16)) < 1e-12);
});

Deno.test("DeepMAD refuses networks that are deeper than wide, unless asked for the entropy alone", async () => {
  const deep = small("SuperConvK1BNRELU(3,2,1,8)");
  await assert.rejects(deepmad.score(deep, drawn(deepmad)), CandidateError);
  const { parts } = await deepmad.score(deep, drawn(deepmad, { variant: "entropy" }));
  assert.ok(parts!.ratio! > 0.3);
  // Two layers of fan-in 3 and 10 have a ratio of 2/√30 = 0.365, of 3 and 16 one of 2/√48 = 0.289.
  await assert.rejects(deepmad.score(small("SuperConvK1BNRELU(3,10,1,2)"), drawn(deepmad)), /at most 0.3: got 0.3651$/);
  const shallow = await deepmad.score(small("SuperConvK1BNRELU(3,16,1,2)"), drawn(deepmad));
  assert.ok(Math.abs(shallow.parts!.ratio! - 2 / Math.sqrt(48)) < 1e-12);
});

Deno.test("widths score the same whatever the seed, and hyphens name a proxy as well", async () => {
  const design = small("SuperConvK3BNRELU(3,8,1,1)");
  const proxy = proxyNamed("mae-det");
  assert.equal(proxy, maeDet);
  assert.deepEqual(
    await proxy.score(design, drawn(proxy)),
    await proxy.score(design, drawn(proxy, { seed: 9, draw: 4 })),
  );
});
