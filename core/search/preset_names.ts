/** The presets: the searches that were published. */

/** Names of the presets, as in `presets/NAME.yaml`. */
export const presetNames = [
  "zen-cifar-params1M",
  "flops-cifar-params1M",
  "grad-norm-cifar-params1M",
  "params-cifar-params1M",
  "random-cifar-params1M",
  "synflow-cifar-params1M",
  "te-nas-cifar-params1M",
  "naswot-cifar-params1M",
  "zen-cifar-params2M",
  "zen-imagenet-flops400M",
  "zen-imagenet-flops600M",
  "zen-imagenet-flops800M",
  "zen-imagenet-latency0.1ms",
  "zen-imagenet-latency0.2ms",
  "zen-imagenet-latency0.3ms",
  "zen-imagenet-latency0.5ms",
  "zen-imagenet-latency0.8ms",
  "zen-imagenet-latency1.2ms",
] as const;

/** One of {@link presetNames}. */
export type PresetName = typeof presetNames[number];
