/** Published networks verify in every precision. `deno task bench:export` does the same for all fifteen. */
import assert from "node:assert/strict";
import { openBackend, parseStructure, precisions, zooEntry } from "@zennas/zennas";
import { exportTflite, filledNetwork, imageShape, randomImages, verifyTflite } from "@zennas/zennas/mobile";

/** The smallest of each kind, at resolutions that keep this quick. */
const networks = { zennet_cifar10_model_size05M_res32: 32, zennet_imagenet1k_flops400M_SE_res224: 32 } as const;

for (const [name, resolution] of Object.entries(networks)) {
  Deno.test(`${name} verifies in every precision`, async () => {
    await using backend = await openBackend("cpu");
    const { structure, classes, squeezeExcite } = zooEntry(name);
    const network = filledNetwork(parseStructure(structure), { classes, squeezeExcite, resolution });
    for (const precision of precisions) {
      const images = randomImages(imageShape(network), { name: "calibration", count: 8 });
      const calibration = { name: "random", images, backend };
      const bytes = await exportTflite(network, { precision, calibration, producer: "test" });
      const { passed, sqnrDb, top1Agreement } = await verifyTflite(bytes, { backend, images: 4 });
      assert(passed, `${precision}: ${sqnrDb} dB, ${top1Agreement}`);
    }
  });
}
