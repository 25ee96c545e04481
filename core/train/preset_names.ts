/** The presets of trainings: files of presets/. */
export const trainPresetNames = ["cifar-quick", "cifar-zennas", "imagenet-zennas"] as const;
