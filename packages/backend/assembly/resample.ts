// Blocks of height × width pixels, NHWC: their sums, and pixels spread over them. Arguments: [x, y, columns, channels,
// height, width], scale; `columns` are those of the coarse image, and an item is one row of it in one image.
import { loadTail, storeTail } from './tail';

/** Coarse y ← scale · Σ of each block of fine x. */
export function blockSum(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const columns = load<i32>(args, 8);
  const channels = load<i32>(args, 12);
  const height = load<i32>(args, 16);
  const width = load<i32>(args, 20);
  const scale = f32x4.splat(load<f32>(args, 24));
  const pixel = <usize>channels << 2;
  const fineRow = <usize>columns * <usize>width * pixel;
  for (let row = begin; row < end; row++) {
    let x = load<usize>(args) + <usize>row * <usize>height * fineRow;
    let y = load<usize>(args, 4) + <usize>row * <usize>columns * pixel;
    for (let column = 0; column < columns; column++) {
      sumOneBlock(x, y, channels, height, width, fineRow, scale);
      x += <usize>width * pixel;
      y += pixel;
    }
  }
}

function sumOneBlock(x: usize, y: usize, channels: i32, height: i32, width: i32, fineRow: usize, scale: v128): void {
  const pixel = <usize>channels << 2;
  let left = channels;
  for (; left > 0; left -= 4) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < height; i++) {
      let from = x + <usize>i * fineRow;
      for (let j = 0; j < width; j++) {
        sum = f32x4.add(sum, left >= 4 ? v128.load(from) : loadTail(from, left));
        from += pixel;
      }
    }
    sum = f32x4.mul(sum, scale);
    if (left >= 4) v128.store(y, sum);
    else storeTail(y, sum, left);
    x += 16;
    y += 16;
  }
}

/** Fine y ← scale · coarse x, once for each pixel of its block. */
export function blockSpread(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const columns = load<i32>(args, 8);
  const channels = load<i32>(args, 12);
  const height = load<i32>(args, 16);
  const width = load<i32>(args, 20);
  const scale = f32x4.splat(load<f32>(args, 24));
  const pixel = <usize>channels << 2;
  const fineRow = <usize>columns * <usize>width * pixel;
  for (let row = begin; row < end; row++) {
    let x = load<usize>(args) + <usize>row * <usize>columns * pixel;
    const first = load<usize>(args, 4) + <usize>row * <usize>height * fineRow;
    let y = first;
    for (let column = 0; column < columns; column++) {
      spreadOnePixel(x, y, channels, width, scale);
      x += pixel;
      y += <usize>width * pixel;
    }
    for (let i = 1; i < height; i++) memory.copy(first + <usize>i * fineRow, first, fineRow);
  }
}

function spreadOnePixel(x: usize, y: usize, channels: i32, width: i32, scale: v128): void {
  const pixel = <usize>channels << 2;
  for (let left = channels; left > 0; left -= 4) {
    const value = f32x4.mul(left >= 4 ? v128.load(x) : loadTail(x, left), scale);
    let to = y;
    for (let j = 0; j < width; j++) {
      if (left >= 4) v128.store(to, value);
      else storeTail(to, value, left);
      to += pixel;
    }
    x += 16;
    y += 16;
  }
}
