/** Stores of incomplete vectors, where fewer than four channels are left. */

/** Stores the first lanes of four; all of them where `lanes` is four or more. */
export function storeChannels(y: usize, values: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(y, values);
    return;
  }
  v128.store_lane<f32>(y, values, 0);
  if (lanes > 1) v128.store_lane<f32>(y, values, 1, 4);
  if (lanes > 2) v128.store_lane<f32>(y, values, 2, 8);
}
