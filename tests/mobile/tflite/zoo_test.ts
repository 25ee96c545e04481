/** Networks of the zoo verify in every precision. `deno task bench:export` does the same for all of Zen-NAS's, or for the names that it is given. */
import assert from "node:assert/strict";
import { networkNamed, openBackend, precisions } from "@zennas/zennas";
import { exportTflite, filledNetwork, imageShape, randomImages, verifyTflite } from "@zennas/zennas/mobile";
import { everyRow } from "../../scale.ts";

/** The smallest of each kind, at resolutions that keep this quick. */
const few = {
  zennet_cifar10_model_size05M_res32: 32,
  cifar_resnet20: 32,
  mobilenet_v3_small: 64,
};
const others = {
  zennet_imagenet1k_flops400M_SE_res224: 32,
  tf_efficientnet_b0: 64,
  resnet18: 64,
  resnet50: 64,
  mobilenet_v2: 224,
  efficientnet_b0: 64,
  torchvision_mobilenet_v3_small: 64,
};

for (const [name, resolution] of Object.entries(everyRow ? { ...few, ...others } : few)) {
  Deno.test(`${name} verifies in every precision`, async () => {
    await using backend = await openBackend("cpu");
    const network = filledNetwork(networkNamed(name).design({ resolution }));
    for (const precision of precisions) {
      const images = randomImages(imageShape(network), { name: "calibration", count: 8 });
      const calibration = { name: "random", images, backend };
      const bytes = await exportTflite(network, { precision, calibration, producer: "test" });
      const { passed, sqnrDb, top1Agreement, threshold } = await verifyTflite(bytes, { backend, images: 2 });
      assert(passed, `${precision}: ${sqnrDb} dB of ${threshold.sqnrDb}, ${top1Agreement}`);
    }
  });
}
