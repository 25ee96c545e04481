/** Gradient-based proxies on a cell with a convolution that the output does not depend on. */
import assert from "node:assert/strict";
import { nasBench201, openBackend, proxyNamed } from "@zennas/zennas";
import { drawn } from "./settings.ts";

const form = { classes: 10, resolution: 16 };
/** The first edge is a convolution whose node leads nowhere. */
const design = nasBench201(form).design(
  "|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|skip_connect~0|none~1|skip_connect~2|",
);

for (const name of ["grad_norm", "snip", "fisher", "plain", "grasp", "zico"]) {
  Deno.test(`${name} has a score where a layer gets no gradient`, async () => {
    await using backend = await openBackend("cpu");
    const proxy = proxyNamed(name), settings = drawn(proxy, { weights: "scaled" });
    const { value } = await proxy.score(design, settings, backend);
    assert.ok(Number.isFinite(value), `${value}`);
  });
}
