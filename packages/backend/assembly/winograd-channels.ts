/**
 * Copies pixels of `from` channels into pixels of `to` channels: what is missing becomes zero, what is beyond is left
 * out. Items are pixels. Arguments: source, target, from, to.
 */
export function winogradChannels(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const from = load<i32>(args, 8);
  const to = load<i32>(args, 12);
  const both = min(from, to);
  let source = load<usize>(args) + <usize>begin * from * 4;
  let target = load<usize>(args, 4) + <usize>begin * to * 4;
  for (let pixel = begin; pixel < end; pixel++) {
    for (let i = 0; i < both; i++) store<f32>(target + i * 4, load<f32>(source + i * 4));
    for (let i = both; i < to; i++) store<f32>(target + i * 4, 0);
    source += from * 4;
    target += to * 4;
  }
}
