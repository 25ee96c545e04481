/**
 * A proxy of your own: a module that exports it as `proxy`. Score with it by
 * `zen score --proxy ./examples/custom_proxy.ts zennet_cifar10_model_size1M_res32`. A module may add several things: one
 * given by `--module` makes its `proxy`, `space` and `block`, or its `proxies`, `spaces` and `blocks`, known by their names.
 *
 * The proxy measures how much the answers of an untrained classifier vary: the standard deviation of its logits over
 * the classes and a batch of random images. It needs one batch and no labels. It grows only with the scale of the last
 * layer's weights, because batch normalisation removes the scale of all others.
 *
 * A proxy that has no score for a network throws a `CandidateError` with the reason. That network fails, and a search goes
 * on with the others; so it does after any other error that a proxy throws, and after `--timeout` seconds without an answer.
 */
import { type Proxy, ProxyGraph } from "@zennas/zennas";

/** The standard deviation of the logits of one random batch. */
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
