// Threefry2x32-20 on four counter blocks at once; see src/random/threefry.ts.

// @ts-ignore: decorator
@inline
function rotate(x: v128, distance: i32): v128 {
  return v128.or(i32x4.shl(x, distance), i32x4.shr_u(x, 32 - distance));
}

// @ts-ignore: decorator
@inline
function inject(x: v128, key: i32): v128 {
  return i32x4.add(x, i32x4.splat(key));
}

/** Enciphers `blocks` (rounded up to four) blocks from `index` on and writes their word pairs to `out`. */
export function threefryBlocks(key0: i32, key1: i32, index: u64, blocks: i32, out: usize): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  for (let block = 0; block < blocks; block += 4) {
    const at = index + <u64>block;
    // The low words may pass 2³² among the four.
    let low = i32x4.splat(<i32>at);
    low = i32x4.add(low, i32x4(0, 1, 2, 3));
    let high = i32x4.splat(<i32>(at >> 32));
    high = i32x4.sub(high, i32x4.lt_u(low, i32x4.splat(<i32>at)));
    let x0 = inject(low, key0);
    let x1 = inject(high, key1);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 13), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 15), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 26), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 6), x0);
    x0 = inject(x0, key1);
    x1 = inject(x1, key2 + 1);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 17), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 29), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 16), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 24), x0);
    x0 = inject(x0, key2);
    x1 = inject(x1, key0 + 2);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 13), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 15), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 26), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 6), x0);
    x0 = inject(x0, key0);
    x1 = inject(x1, key1 + 3);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 17), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 29), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 16), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 24), x0);
    x0 = inject(x0, key1);
    x1 = inject(x1, key2 + 4);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 13), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 15), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 26), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, 6), x0);
    x0 = inject(x0, key2);
    x1 = inject(x1, key0 + 5);
    v128.store(out, v128.shuffle<i32>(x0, x1, 0, 4, 1, 5));
    v128.store(out, v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), 16);
    out += 32;
  }
}
