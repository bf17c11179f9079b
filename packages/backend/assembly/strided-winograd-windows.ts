import { inputToFivePoints } from './strided-winograd-transforms';

// A window is 5×5 pixels, `spacing` apart in the image: 2 for one phase of the input of a strided convolution, 1 for
// the output gradients that the input's gradient is made of.

/**
 * Transforms one window, `quads` times four channels of it, whose first pixel is at row `top`, column `left` of the
 * image. Pixels outside count as zero. Point p of quad q goes to to + p · point + q · quad.
 * `temporary`: room for 25 vectors and `zeros`, a pixel of zeros.
 */
export function transformWindow(
  image: usize,
  height: i32,
  width: i32,
  pixel: i32,
  spacing: i32,
  top: i32,
  left: i32,
  quads: i32,
  to: usize,
  point: usize,
  quad: usize,
  temporary: usize,
  zeros: usize,
): void {
  const rowStep = spacing * width * pixel;
  const columnStep = spacing * pixel;
  const origin = image + (top * width + left) * pixel;
  // Rows outside the image are read from the zeros, all columns of them; <u32> makes those above it large.
  let row0 = <u32>top < <u32>height ? origin : 0;
  let row1 = <u32>(top + spacing) < <u32>height ? origin + rowStep : 0;
  let row2 = <u32>(top + 2 * spacing) < <u32>height ? origin + 2 * rowStep : 0;
  let row3 = <u32>(top + 3 * spacing) < <u32>height ? origin + 3 * rowStep : 0;
  let row4 = <u32>(top + 4 * spacing) < <u32>height ? origin + 4 * rowStep : 0;
  const step0 = row0 == 0 ? 0 : columnStep;
  const step1 = row1 == 0 ? 0 : columnStep;
  const step2 = row2 == 0 ? 0 : columnStep;
  const step3 = row3 == 0 ? 0 : columnStep;
  const step4 = row4 == 0 ? 0 : columnStep;
  row0 = row0 == 0 ? zeros : row0;
  row1 = row1 == 0 ? zeros : row1;
  row2 = row2 == 0 ? zeros : row2;
  row3 = row3 == 0 ? zeros : row3;
  row4 = row4 == 0 ? zeros : row4;
  const first = left < 0 ? (spacing - 1 - left) / spacing : 0;
  const last = min(5, (width - left + spacing - 1) / spacing);
  const zero = f32x4.splat(0);
  for (let column = 0; column < 5; column++) {
    if (column >= first && column < last) continue;
    for (let row = 0; row < 400; row += 80) v128.store(temporary + row + column * 16, zero);
  }
  for (; quads > 0; quads--) {
    for (let column = first; column < last; column++) {
      inputToFivePoints(
        v128.load(row0 + column * step0),
        v128.load(row1 + column * step1),
        v128.load(row2 + column * step2),
        v128.load(row3 + column * step3),
        v128.load(row4 + column * step4),
        temporary + column * 16,
        80,
      );
    }
    let target = to;
    for (let row = temporary; row < temporary + 400; row += 80) {
      inputToFivePoints(
        v128.load(row),
        v128.load(row, 16),
        v128.load(row, 32),
        v128.load(row, 48),
        v128.load(row, 64),
        target,
        point,
      );
      target += 5 * point;
    }
    row0 += 16;
    row1 += 16;
    row2 += 16;
    row3 += 16;
    row4 += 16;
    to += quad;
  }
}
