/**
 * dw[taps][channels][outChannels] = Σ of the `parts` of partial[part][taps][channels, padded][outChannels, rounded up
 * to 8], in their order. Items are rows of dw. Arguments: partial, dw, channels, padded, outChannels, parts, taps.
 */
export function winogradSumParts(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const partial = load<usize>(args);
  const dw = load<usize>(args, 4);
  const channels = load<i32>(args, 8);
  const padded = load<i32>(args, 12);
  const outChannels = load<i32>(args, 16);
  const parts = load<i32>(args, 20);
  const rowBytes = ((outChannels + 7) & ~7) * 4;
  const partBytes = load<i32>(args, 24) * padded * rowBytes;
  for (let row = begin; row < end; row++) {
    let from = partial + ((row / channels) * padded + (row % channels)) * rowBytes;
    const to = dw + row * outChannels * 4;
    for (let i = 0; i < outChannels; i += 4) {
      let sum = v128.load(from);
      for (let part = 1; part < parts; part++) sum = f32x4.add(sum, v128.load(from + part * partBytes));
      from += 16;
      storeFirst(to + i * 4, sum, outChannels - i);
    }
  }
}

// @ts-ignore: decorator
@inline
function storeFirst(to: usize, values: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, values);
    return;
  }
  store<f32>(to, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}
