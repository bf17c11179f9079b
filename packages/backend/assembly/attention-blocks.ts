// Attention works on blocks of queries and keys whose scores stay in the cache, so that memory for all scores is never
// needed (Dao et al. 2022, arXiv:2205.14135). Block sizes follow from the size of a head alone: sums do not depend on
// anything else.

// @ts-ignore: decorator
@inline
export function queriesOfBlock(size: i32): i32 {
  return size <= 128 ? 96 : 48;
}

// @ts-ignore: decorator
@inline
export function keysOfBlock(size: i32): i32 {
  return size <= 64 ? 256 : size <= 128 ? 128 : size <= 256 ? 64 : 32;
}

/** Distance of two rows of scores in bytes: no power of two, for the product with their transpose walks down columns. */
// @ts-ignore: decorator
@inline
export function scoreRow(size: i32): i32 {
  return (keysOfBlock(size) << 2) + 64;
}

/** Bytes of `rows` rows of one head, whole panels of eight columns. */
// @ts-ignore: decorator
@inline
export function headBytes(rows: i32, size: i32): usize {
  return (<usize>(((rows + 7) & ~7) * ((size + 7) & ~7))) << 2;
}

/** Copies rows of one head, `step` bytes apart, close together and times a factor. */
export function scaleRows(from: usize, step: usize, rows: i32, size: i32, factor: f32, to: usize): void {
  const f = f32x4.splat(factor);
  const bytes = <usize>size << 2;
  for (let row = 0; row < rows; row++) {
    let offset: usize = 0;
    for (; offset + 16 <= bytes; offset += 16) v128.store(to + offset, f32x4.mul(v128.load(from + offset), f));
    for (; offset < bytes; offset += 4) store<f32>(to + offset, load<f32>(from + offset) * factor);
    from += step;
    to += bytes;
  }
}
