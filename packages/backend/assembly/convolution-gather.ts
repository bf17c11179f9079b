// The windows of an image as rows of a matrix. The first words of the arguments are the same for all kernels that read
// windows: [input, …, …, …, batch, height, width, channels, outHeight, outWidth, outChannels, windowHeight, windowWidth,
// strideHeight, strideWidth, padTop, padLeft]. The input is [batch, height, width, channels]; position (image, y, x) of
// the grid [batch, outHeight, outWidth] sees the window from (y · strideHeight − padTop, x · strideWidth − padLeft).
// A row of a window, windowWidth · channels floats, is contiguous in the image as well: a run.

/** Bytes that rows written by `gatherWindows` must have to spare at their end. */
export const gatherSlack: i32 = 16;

/**
 * Writes floats [begin, end) of the runs [firstRun, lastRun) of the windows at `count` positions from `position` on, one
 * window a row, `pitch` bytes apart, which is at least their length and `gatherSlack`. Zeros outside the image.
 */
export function gatherWindows(
  args: usize,
  position: i32,
  count: i32,
  firstRun: i32,
  lastRun: i32,
  begin: i32,
  end: i32,
  to: usize,
  pitch: i32,
): void {
  const height = load<i32>(args, 20);
  const rowBytes = (load<i32>(args, 24) * load<i32>(args, 28)) << 2;
  const outHeight = load<i32>(args, 32);
  const outWidth = load<i32>(args, 36);
  const strideHeight = load<i32>(args, 52);
  const stepBytes = (load<i32>(args, 56) * load<i32>(args, 28)) << 2;
  const padTop = load<i32>(args, 60);
  const padBytes = (load<i32>(args, 64) * load<i32>(args, 28)) << 2;
  const bytes = (end - begin) << 2;
  let x = position % outWidth;
  let y = (position / outWidth) % outHeight;
  let image = load<usize>(args) + (position / (outWidth * outHeight)) * height * rowBytes;
  while (count > 0) {
    const segment = min(count, outWidth - x);
    let target = to;
    for (let run = firstRun; run < lastRun; run++) {
      const row = y * strideHeight - padTop + run;
      if (row < 0 || row >= height) {
        zeroRuns(target, pitch, segment, bytes);
      } else {
        const start = x * stepBytes - padBytes + (begin << 2);
        gatherRow(image + row * rowBytes, rowBytes, start, stepBytes, segment, bytes, target, pitch);
      }
      target += bytes;
    }
    to += segment * pitch;
    count -= segment;
    x = 0;
    if (++y == outHeight) {
      y = 0;
      image += height * rowBytes;
    }
  }
}

/** Runs that begin at `start`, `start` + `step`, … of one row of the image; its ends may stick out. */
function gatherRow(
  row: usize,
  rowBytes: i32,
  start: i32,
  step: i32,
  count: i32,
  bytes: i32,
  to: usize,
  pitch: i32,
): void {
  while (count > 0) {
    let inside = 0;
    if (start >= 0 && start + bytes <= rowBytes) {
      inside = min(count, (rowBytes - bytes - start) / step + 1);
      copyRuns(row + start, step, inside, bytes, to, pitch);
    } else {
      inside = 1;
      for (let at = 0; at < bytes; at += 4) {
        const from = start + at;
        store<f32>(to + at, from >= 0 && from < rowBytes ? load<f32>(row + from) : 0);
      }
    }
    start += inside * step;
    to += inside * pitch;
    count -= inside;
  }
}

/** Four floats at a time: writes up to 12 bytes too many, where the next run or the slack will be. */
function copyRuns(from: usize, step: i32, count: i32, bytes: i32, to: usize, pitch: i32): void {
  if (bytes <= 16) {
    for (; count > 0; count--) {
      v128.store(to, v128.load(from));
      from += step;
      to += pitch;
    }
    return;
  }
  for (; count > 0; count--) {
    let source = from;
    let target = to;
    const end = to + bytes;
    for (; target + 64 <= end; target += 64) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      v128.store(target, v128.load(source, 32), 32);
      v128.store(target, v128.load(source, 48), 48);
      source += 64;
    }
    for (; target < end; target += 16) {
      v128.store(target, v128.load(source));
      source += 16;
    }
    from += step;
    to += pitch;
  }
}

function zeroRuns(to: usize, pitch: i32, count: i32, bytes: i32): void {
  const zero = f32x4.splat(0);
  for (; count > 0; count--) {
    for (let at = 0; at < bytes; at += 16) v128.store(to + at, zero);
    to += pitch;
  }
}
