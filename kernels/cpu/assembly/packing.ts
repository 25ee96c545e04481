/**
 * Packs weights into panels of 8 output channels: 8 biases, then 8 values for each k; lanes beyond the last channel are
 * 0.
 */
import { Convolution, panelGroup } from "./descriptor";

/** Bytes of a panel. */
export function panelBytes(d: Convolution): usize {
  return <usize> (d.kh * d.kw * (d.c / d.groups) + 1) << 5;
}

function packPanel(to: usize, weight: usize, depth: i32, bias: usize, channels: i32): void {
  memory.fill(to, 0, <usize> (depth + 1) << 5);
  for (let channel = 0; channel < channels; channel++) {
    let at = to + (channel << 2);
    if (bias) store<f32>(at, load<f32>(bias + (channel << 2)));
    for (let k = 0; k < depth; k++, weight += 4) store<f32>(at += 32, load<f32>(weight));
  }
}

/** Packs all weights, group by group. */
export function packWeights(d: Convolution): void {
  const perGroup = panelGroup(d), depth = d.kh * d.kw * (d.c / d.groups);
  let to = d.packed;
  for (let first = 0; first < d.o; first += perGroup) {
    for (let channel = first; channel < first + perGroup; channel += 8) {
      const channels = min<i32>(8, first + perGroup - channel);
      const bias = d.bias ? d.bias + (channel << 2) : 0;
      packPanel(to, d.weight + (<usize> (channel * depth) << 2), depth, bias, channels);
      to += panelBytes(d);
    }
  }
}
