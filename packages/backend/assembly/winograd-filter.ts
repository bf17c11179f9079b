import { filterPointBytes } from './winograd-tiles';
import { filterToPoints } from './winograd-transforms';

/**
 * The filter [3, 3, channels, outChannels] at the 36 points, as [36][panels of 8 outputs][inputs in fours][8], with
 * zeros beyond the last input and output, and 64 bytes between points. Items are panels. With `isTurned`, of the filter turned by 180°
 * whose inputs are outChannels and whose outputs are channels: the one that gives dx.
 * Arguments: filter, to, channels, outChannels, isTurned.
 */
export function winogradFilter(args: usize, begin: i32, end: i32, scratch: usize): void {
  const to = load<usize>(args, 4);
  const channels = load<i32>(args, 8);
  const outChannels = load<i32>(args, 12);
  const isTurned = load<i32>(args, 16) != 0;
  const inputs = isTurned ? outChannels : channels;
  const outputs = isTurned ? channels : outChannels;
  const panelBytes = ((inputs + 3) & ~3) * 32;
  const point = filterPointBytes(inputs, outputs);
  const temporary = scratch + 1152;
  for (let panel = begin; panel < end; panel++) {
    const outs = min(8, outputs - panel * 8);
    for (let input = 0; input < inputs; input += 4) {
      const ins = min(4, inputs - input);
      if (ins < 4 || outs < 8) gatherSome(args, input, ins, panel * 8, outs, scratch);
      else if (isTurned) gatherTurned(args, input, panel * 8, scratch);
      else gather(args, input, panel * 8, scratch);
      const start = to + panel * panelBytes + input * 32;
      for (let half = 0; half < 128; half += 16) transformFilter(scratch + half, start + half, point, temporary);
    }
  }
}

/** G g Gᵀ of four filters, whose taps are 128 bytes apart. `temporary`: room for 18 vectors. */
export function transformFilter(taps: usize, to: usize, point: i32, temporary: usize): void {
  for (let column = 0; column < 3; column++) {
    const tap = taps + column * 128;
    filterToPoints(v128.load(tap), v128.load(tap, 384), v128.load(tap, 768), temporary + column * 16, 48);
  }
  for (let row = temporary; row < temporary + 288; row += 48) {
    filterToPoints(v128.load(row), v128.load(row, 16), v128.load(row, 32), to, point);
    to += 6 * point;
  }
}

/** taps[9][4 inputs][8 outputs] */
function gather(args: usize, input: i32, output: i32, taps: usize): void {
  const channels = load<i32>(args, 8);
  const rowBytes = load<i32>(args, 12) * 4;
  let source = load<usize>(args) + input * rowBytes + output * 4;
  for (let tap = 0; tap < 9; tap++) {
    let row = source;
    for (let i = 0; i < 4; i++) {
      v128.store(taps, v128.load(row));
      v128.store(taps, v128.load(row, 16), 16);
      row += rowBytes;
      taps += 32;
    }
    source += channels * rowBytes;
  }
}

/** The same of the turned filter, whose outputs are rows of the filter: transposed, four by four. */
function gatherTurned(args: usize, input: i32, output: i32, taps: usize): void {
  const channels = load<i32>(args, 8);
  const rowBytes = load<i32>(args, 12) * 4;
  let source = load<usize>(args) + (8 * channels + output) * rowBytes + input * 4;
  for (let tap = 0; tap < 9; tap++) {
    for (let half = 0; half < 32; half += 16) {
      const row = source + (half >> 2) * rowBytes;
      const r0 = v128.load(row);
      const r1 = v128.load(row + rowBytes);
      const r2 = v128.load(row + 2 * rowBytes);
      const r3 = v128.load(row + 3 * rowBytes);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(taps + half, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(taps + half, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
      v128.store(taps + half, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
      v128.store(taps + half, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
    }
    source -= channels * rowBytes;
    taps += 128;
  }
}

/** The same where there are fewer inputs or outputs: the rest is zero. */
function gatherSome(args: usize, input: i32, ins: i32, output: i32, outs: i32, taps: usize): void {
  const filter = load<usize>(args);
  const channels = load<i32>(args, 8);
  const outChannels = load<i32>(args, 12);
  const isTurned = load<i32>(args, 16) != 0;
  memory.fill(taps, 0, 1152);
  for (let tap = 0; tap < 9; tap++) {
    for (let i = 0; i < ins; i++) {
      for (let o = 0; o < outs; o++) {
        const index = isTurned
          ? ((8 - tap) * channels + output + o) * outChannels + input + i
          : (tap * channels + input + i) * outChannels + output + o;
        store<f32>(taps + (tap * 4 + i) * 32 + o * 4, load<f32>(filter + index * 4));
      }
    }
  }
}
