/** Settings and designs that tests of proxies share. */
import {
  type NetworkDesign,
  type NetworkForm,
  parseStructure,
  type Proxy,
  type ScoringSettings,
  structureDesign,
} from "@zennas/zennas";

/** Settings of a quick score on draws. */
export function drawn(proxy: Proxy, over: Partial<ScoringSettings> = {}): ScoringSettings {
  const fixed = { fill: "gaussian", weights: "unit", labels: "random" } as const;
  return { batch: 4, gamma: 0.01, variant: proxy.variants[0], seed: 3, draw: 0, ...fixed, ...over };
}

/** Settings of a published score: everything filled by name. */
export function filled(proxy: Proxy, over: Partial<ScoringSettings> = {}): ScoringSettings {
  return drawn(proxy, { batch: 8, seed: 0, fill: "reference", labels: "modulo", ...over });
}

/** A small network without residual links. */
export function small(text: string, form: Partial<NetworkForm> = {}): NetworkDesign {
  return structureDesign(parseStructure(text), { resolution: 8, classes: 10, residualLinks: false, ...form });
}

/** A row of the published scores. */
export interface PublishedRow {
  readonly structure: string;
  readonly num_classes: number;
  readonly resolution: number;
  readonly use_se: boolean;
  readonly reslink: boolean;
}

/** The network of a published row. */
export function published({ structure, num_classes, resolution, use_se, reslink }: PublishedRow): NetworkDesign {
  const form = { resolution, classes: num_classes, squeezeExcite: use_se, residualLinks: reslink };
  return structureDesign(parseStructure(structure), form);
}
