/**
 * Copies pixels of `from` channels into pixels of `to` channels: what is missing becomes zero, what is beyond is left
 * out. Items are pixels. Arguments: source, target, from, to.
 */
export function winogradChannels(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const from = load<i32>(args, 8);
  const to = load<i32>(args, 12);
  const both = min(from, to);
  let source = load<usize>(args) + begin * from * 4;
  let target = load<usize>(args, 4) + begin * to * 4;
  for (let pixel = begin; pixel < end; pixel++) {
    let i = 0;
    for (; i + 4 <= both; i += 4) v128.store(target + i * 4, v128.load(source + i * 4));
    for (; i < both; i++) store<f32>(target + i * 4, load<f32>(source + i * 4));
    for (; i < to; i++) store<f32>(target + i * 4, 0);
    source += from * 4;
    target += to * 4;
  }
}
