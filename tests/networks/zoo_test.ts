/** The published networks are the published ones, and cost what the paper says. */
import assert from "node:assert/strict";
import {
  networkNamed,
  parseStructure,
  referenceCost,
  StructureSyntaxError,
  trueCost,
  UnknownNetworkError,
  zooEntry,
  zooNames,
} from "@zennas/zennas";
import zoo from "../fixtures/zoo.json" with { type: "json" };

Deno.test("the zoo is the published one", () => {
  assert.deepEqual([...zooNames], Object.keys(zoo));
  for (const [name, row] of Object.entries(zoo)) {
    const { published, ...entry } = zooEntry(name);
    assert.deepEqual(entry, {
      structure: row.structure,
      classes: row.num_classes,
      resolution: row.resolution,
      cropResolution: row.crop_image_size,
      squeezeExcite: row.use_se,
      checkpoint: row.checkpoint,
      url: row.url,
    });
    assert.deepEqual(published, {
      params: row.published.params,
      flops: row.published.flops,
      top1Percent: row.published.top1_percent,
      v100MsPerImage: row.published.v100_fp16_batch64_ms_per_image,
      t4MsPerImage: row.published.t4_int8_batch64_ms_per_image,
      pixel2Ms: row.published.pixel2_single_image_ms,
    });
  }
});

/** The paper's parameters of these two leave squeeze-and-excitation out. */
const withoutGates = ["zennet_imagenet1k_flops400M_SE_res224", "zennet_imagenet1k_flops600M_SE_res224"];

/** The form that the paper's parameters are of: it gives one figure for both CIFAR data sets, with ten classes. */
function formInTable(name: string) {
  const { classes, resolution, squeezeExcite } = zooEntry(name);
  return {
    classes: name.includes("cifar100") ? 10 : classes,
    resolution,
    squeezeExcite: squeezeExcite && !withoutGates.includes(name),
  };
}

Deno.test("every network has the parameters and multiply-adds of the paper's table", () => {
  for (const name of zooNames) {
    const { structure, published, ...form } = zooEntry(name), parsed = parseStructure(structure);
    const { parameters } = trueCost(parsed, formInTable(name));
    assert(Math.abs(parameters / published.params - 1) < 0.01, `${name}: ${parameters} for ${published.params}`);
    const { macs } = referenceCost(parsed, form);
    assert(Math.abs(macs / published.flops! - 1) < 0.05, `${name}: ${macs} for ${published.flops}`);
  }
});

Deno.test("an unknown name gets the nearest one as a hint", () => {
  assert.throws(() => zooEntry("zennet_cifar10_model_size1M"), (error) => {
    assert(error instanceof UnknownNetworkError);
    assert.equal(error.network, "zennet_cifar10_model_size1M");
    assert.equal(error.suggestion, "zennet_cifar10_model_size1M_res32");
    return true;
  });
  assert.throws(() => zooEntry("toaster"), /the names are zennet_cifar10_model_size05M_res32,/);
  assert.throws(() => networkNamed("resnet19"), /did you mean resnet18\?/);
  assert.throws(() => networkNamed("toaster"), StructureSyntaxError);
});
