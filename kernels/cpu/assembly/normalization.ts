/**
 * The scale and shift with which a normalisation is one multiply-add a value: `scale = weight / √(variance + ε)`,
 * `shift = bias − mean · scale`.
 */
export function normalizationVectors(
  mean: usize,
  variance: usize,
  weight: usize,
  bias: usize,
  epsilon: f64,
  scale: usize,
  shift: usize,
  channels: i32,
): void {
  for (let at: usize = 0, end = <usize> channels << 2; at < end; at += 4) {
    const factor: f64 = <f64> load<f32>(weight + at) / Math.sqrt(<f64> load<f32>(variance + at) + epsilon);
    const rounded = <f32> factor;
    store<f32>(scale + at, rounded);
    store<f32>(shift + at, <f32> (<f64> load<f32>(bias + at) - <f64> load<f32>(mean + at) * <f64> rounded));
  }
}
