/**
 * A proxy of your own: one module that exports it as `proxy`. Score by it with
 * `zen score --proxy ./examples/custom_proxy.ts zennet_cifar10_model_size1M_res32`.
 *
 * The proxy is the spread of an untrained classifier's answers: the deviation of its logits over classes and a batch of
 * random images. It feeds one batch, needs no classes, and grows with the scale of the last layer's weights alone, because
 * batch normalisation hides all others.
 */
import { type Proxy, ProxyGraph } from "@zennas/zennas";

/** Deviation of the logits of one random batch. */
export const proxy: Proxy = {
  name: "logit_spread",
  summary: "deviation of the logits of a random batch",
  variants: ["plain"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  async score(design, settings, backend) {
    const graph = new ProxyGraph(design, settings);
    const [logits] = await graph.run([graph.forward(graph.images()).logits], backend);
    const mean = logits!.reduce((sum, logit) => sum + logit, 0) / logits!.length;
    const variance = logits!.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits!.length;
    return { value: Math.sqrt(variance), parts: { mean } };
  },
};
