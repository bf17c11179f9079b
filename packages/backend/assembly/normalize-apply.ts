import { boundedExp } from './math';
import { multiplyAdd } from './vector';

// What normalisation does to each value, over flat memory with tables of coefficients (normalize-tables.ts) that
// start at channel 0 with the memory. `end` is where x ends; `size` the bytes of one table.

/** y = (x − mean)·scale + shift. */
export function normalizeFlat(x: usize, y: usize, end: usize, tables: usize, size: usize): void {
  while (x < end) {
    const stop = min(end, x + size);
    const vectors = stop - ((stop - x) & 15);
    let table = tables;
    for (; x < vectors; x += 16, y += 16, table += 16) {
      const u = f32x4.sub(v128.load(x), v128.load(table));
      v128.store(y, multiplyAdd(u, v128.load(table + size), v128.load(table + 2 * size)));
    }
    for (; x < stop; x += 4, y += 4, table += 4) {
      const u = f32x4.sub(v128.load32_zero(x), v128.load32_zero(table));
      const z = multiplyAdd(u, v128.load32_zero(table + size), v128.load32_zero(table + 2 * size));
      v128.store_lane<f32>(y, z, 0);
    }
  }
}

/** z / (1 + e⁻ᶻ) */
// @ts-ignore: decorator
@inline
function silu(z: v128): v128 {
  return f32x4.div(z, f32x4.add(boundedExp(f32x4.neg(z)), f32x4.splat(1)));
}

/** SiLU of the same. */
export function normalizeSiluFlat(x: usize, y: usize, end: usize, tables: usize, size: usize): void {
  while (x < end) {
    const stop = min(end, x + size);
    const vectors = stop - ((stop - x) & 15);
    let table = tables;
    for (; x < vectors; x += 16, y += 16, table += 16) {
      const u = f32x4.sub(v128.load(x), v128.load(table));
      v128.store(y, silu(multiplyAdd(u, v128.load(table + size), v128.load(table + 2 * size))));
    }
    for (; x < stop; x += 4, y += 4, table += 4) {
      const u = f32x4.sub(v128.load32_zero(x), v128.load32_zero(table));
      const z = multiplyAdd(u, v128.load32_zero(table + size), v128.load32_zero(table + 2 * size));
      v128.store_lane<f32>(y, silu(z), 0);
    }
  }
}

/** dy·σ(z)·(1 + z·(1 − σ(z))) */
// @ts-ignore: decorator
@inline
function siluGradient(z: v128, dy: v128): v128 {
  const one = f32x4.splat(1);
  const s = f32x4.div(one, f32x4.add(boundedExp(f32x4.neg(z)), one));
  return f32x4.mul(f32x4.mul(dy, s), multiplyAdd(z, f32x4.sub(one, s), one));
}

/** dz from dy, with z = (x − mean)·scale + shift made once more. */
export function siluGradientFlat(x: usize, dy: usize, dz: usize, end: usize, tables: usize, size: usize): void {
  while (x < end) {
    const stop = min(end, x + size);
    const vectors = stop - ((stop - x) & 15);
    let table = tables;
    for (; x < vectors; x += 16, dy += 16, dz += 16, table += 16) {
      const u = f32x4.sub(v128.load(x), v128.load(table));
      const z = multiplyAdd(u, v128.load(table + size), v128.load(table + 2 * size));
      v128.store(dz, siluGradient(z, v128.load(dy)));
    }
    for (; x < stop; x += 4, dy += 4, dz += 4, table += 4) {
      const u = f32x4.sub(v128.load32_zero(x), v128.load32_zero(table));
      const z = multiplyAdd(u, v128.load32_zero(table + size), v128.load32_zero(table + 2 * size));
      v128.store_lane<f32>(dz, siluGradient(z, v128.load32_zero(dy)), 0);
    }
  }
}

/** dx = dz·scale + (x − mean)·slope + shift, with four tables: mean, scale, slope, shift. dx may be dz. */
export function combineFlat(x: usize, dz: usize, dx: usize, end: usize, tables: usize, size: usize): void {
  while (x < end) {
    const stop = min(end, x + size);
    const vectors = stop - ((stop - x) & 15);
    let table = tables;
    for (; x < vectors; x += 16, dz += 16, dx += 16, table += 16) {
      const u = f32x4.sub(v128.load(x), v128.load(table));
      const rest = multiplyAdd(u, v128.load(table + 2 * size), v128.load(table + 3 * size));
      v128.store(dx, multiplyAdd(v128.load(dz), v128.load(table + size), rest));
    }
    for (; x < stop; x += 4, dz += 4, dx += 4, table += 4) {
      const u = f32x4.sub(v128.load32_zero(x), v128.load32_zero(table));
      const rest = multiplyAdd(u, v128.load32_zero(table + 2 * size), v128.load32_zero(table + 3 * size));
      const value = multiplyAdd(v128.load32_zero(dz), v128.load32_zero(table + size), rest);
      v128.store_lane<f32>(dx, value, 0);
    }
  }
}
