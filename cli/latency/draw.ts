/** What a calibration draws its networks from. */
import { loadPresetSettings } from "../../core/io/presets.ts";
import { loadSpace } from "../../core/io/spaces.ts";
import type { LatencySpace } from "../../core/latency/mod.ts";
import { parseChainedStructure, trueCost } from "../../core/networks/masternet/mod.ts";
import { spelledStructure } from "../../core/networks/zoo/mod.ts";
import { mutate } from "../../core/search/mod.ts";

/** What decides which networks are drawn. */
export interface DrawSettings {
  /** A space by name or file. */
  readonly space: string;
  /** Structures to start from. */
  readonly starts: readonly string[];
  /** Outputs of the classifier. */
  readonly classes: number;
  /** The most multiply-adds of one image; null for no limit. */
  readonly maxMacs: number | null;
}

/** The largest images of small pictures, which have searches of their own. */
const SMALL = 64;

/** Where networks start that are drawn for images of a size: where the published searches do. */
export async function usualStarts(resolution: number): Promise<readonly string[]> {
  const preset = resolution <= SMALL ? "zen-cifar-params1M" : "zen-imagenet-flops400M";
  const { initialStructure } = await loadPresetSettings(preset) as { readonly initialStructure: string | string[] };
  return [initialStructure].flat();
}

/** Classes of the usual data for images of a size. */
export const usualClasses = (resolution: number): number => resolution <= SMALL ? 100 : 1000;

/** The space of a draw. Throws ConfigError, StructureSyntaxError. */
export async function latencySpace(settings: DrawSettings, resolution: number): Promise<LatencySpace> {
  const { classes, maxMacs } = settings, space = await loadSpace(settings.space);
  return {
    classes,
    starts: settings.starts.map((text) => parseChainedStructure(spelledStructure(text))),
    vary: (parent, random) => mutate(parent, random, { space, replacements: 1 }),
    ...(maxMacs !== null && {
      accepts: (structure) => trueCost(structure, { classes, resolution }).macs <= maxMacs,
    }),
  };
}
