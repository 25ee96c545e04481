/** Artefacts for tests: fitted to a made-up latency, without kernels of their own. */
import {
  drawNetworks,
  fitLatency,
  type LatencyArtefact,
  type LatencyDevice,
  mutate,
  parseStructure,
  publishedSpaces,
} from "@zennas/zennas";
import { networkMacs } from "../../core/latency/acceptance.ts";

/** An artefact whose device takes `nsPerMac` for a multiply-add. */
export function smallArtefact(
  { nsPerMac = 1, ...given }: Partial<LatencyDevice> & { readonly nsPerMac?: number } = {},
): LatencyArtefact {
  const device: LatencyDevice = {
    ...{ name: "made up", kind: "cpu", runtime: "none", fusion: "zennas", precision: "f32", batch: 1, resolution: 32 },
    notes: {},
    ...given,
  };
  const start = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)SuperResK3K3(16,32,2,16,1)";
  const networks = drawNetworks({
    starts: [parseStructure(start)],
    classes: 10,
    vary: (parent, random) => mutate(parent, random, { space: publishedSpaces.XXBL, replacements: 1 }),
  }, { count: 14, seed: 1, resolution: device.resolution, batch: device.batch });
  return fitLatency({
    device,
    createdAt: "2026-01-01T00:00:00Z",
    kernels: [],
    networks: networks.map(({ text, kernels }) => {
      const latencyMs = 0.01 + nsPerMac * networkMacs({ kernels }) / 1e6;
      return { text, kernels, latencyMs };
    }),
  });
}
