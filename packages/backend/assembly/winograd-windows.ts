import { transformInput } from './winograd-input';
import { tileColumns, tileRows } from './winograd-tiles';

/**
 * Transforms the windows of `count` tiles, `channels` channels of each from `firstChannel` on. Point p of channels 4 q …
 * of tile t goes to to + p · point + q · quad, moved by group · ⌊t / grouped⌋ + 16 · (t mod grouped).
 * `temporary`: room for 36 vectors and a row of the window, in all channels.
 */
export function transformWindows(
  args: usize,
  firstTile: i32,
  count: i32,
  firstChannel: i32,
  channels: i32,
  to: usize,
  point: usize,
  quad: usize,
  grouped: i32,
  group: usize,
  temporary: usize,
): void {
  const x = load<usize>(args) + <usize>firstChannel * 4;
  const height = load<i32>(args, 20);
  const width = load<i32>(args, 24);
  const pixel = load<i32>(args, 28) * 4;
  const padTop = load<i32>(args, 44);
  const padLeft = load<i32>(args, 48);
  const rows = tileRows(args);
  const columns = tileColumns(args);
  const rowBytes = pixel * width;
  const zeros = temporary + 576;
  memory.fill(zeros, 0, 6 * pixel);
  for (let slot = 0; slot < count; slot++) {
    const tile = firstTile + slot;
    const line = tile / columns;
    const image = line / rows;
    const top = (line % rows) * 4 - padTop;
    const left = (tile % columns) * 4 - padLeft;
    const origin = x + (image * height + top) * rowBytes + left * pixel;
    // Rows outside the image are read from the zeros; <u32> makes those above it large.
    transformInput(
      <u32>top < <u32>height ? origin : zeros,
      <u32>(top + 1) < <u32>height ? origin + rowBytes : zeros,
      <u32>(top + 2) < <u32>height ? origin + 2 * rowBytes : zeros,
      <u32>(top + 3) < <u32>height ? origin + 3 * rowBytes : zeros,
      <u32>(top + 4) < <u32>height ? origin + 4 * rowBytes : zeros,
      <u32>(top + 5) < <u32>height ? origin + 5 * rowBytes : zeros,
      pixel,
      max(0, -left),
      min(6, width - left),
      channels >> 2,
      to + (slot / grouped) * group + (slot % grouped) * 16,
      point,
      quad,
      temporary,
    );
  }
}
