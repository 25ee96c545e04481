/** The presets: the searches that were published. */

/** Presets with a budget of latency: a search by one needs a latency model. */
export const latencyPresetNames = [
  "zen-imagenet-latency0.1ms",
  "zen-imagenet-latency0.2ms",
  "zen-imagenet-latency0.3ms",
  "zen-imagenet-latency0.5ms",
  "zen-imagenet-latency0.8ms",
  "zen-imagenet-latency1.2ms",
] as const;

/** Presets whose budgets are counted. */
export const countedPresetNames = [
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
] as const;

/** Names of the presets, as in `presets/NAME.yaml`. */
export const presetNames = [...countedPresetNames, ...latencyPresetNames] as const;

/** One of {@link presetNames}. */
export type PresetName = typeof presetNames[number];

/** All presets for a message, those that cannot run without a latency model marked as such. */
export const presetsInWords: string = `${countedPresetNames.join(", ")}; those that need a latency model: ${
  latencyPresetNames.join(", ")
}`;
