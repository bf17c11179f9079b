import { filterToFivePoints } from './strided-winograd-transforms';
import { filterPointBytes } from './winograd-tiles';

/**
 * The filter [4, 4, channels, outChannels] of a convolution with stride 2 as four 2×2 filters at the 25 points:
 * [25][panels of 8 outputs][inputs][8], the inputs being [phase][channels]. With `isTurned` each is turned by 180°, the
 * inputs are outChannels, and the outputs [phase][channels]: the one that gives dx. Items are fours of inputs.
 * Arguments: filter, to, channels, outChannels, isTurned. Inputs within a phase and outputs within a panel are multiples
 * of 4; what is missing of the last panel becomes zero.
 */
export function stridedWinogradFilter(args: usize, begin: i32, end: i32, scratch: usize): void {
  const to = load<usize>(args, 4);
  const channels = load<i32>(args, 8);
  const outChannels = load<i32>(args, 12);
  const isTurned = load<i32>(args, 16) != 0;
  const inputs = isTurned ? outChannels : 4 * channels;
  const outputs = isTurned ? 4 * channels : outChannels;
  const point = filterPointBytes(inputs, outputs);
  const panels = (outputs + 7) >> 3;
  const temporary = scratch + 512;
  for (let item = begin; item < end; item++) {
    for (let panel = 0; panel < panels; panel++) {
      memory.fill(scratch, 0, 512);
      gatherTaps(args, item * 4, panel * 8, min(8, outputs - panel * 8), scratch);
      const start = to + panel * inputs * 32 + item * 128;
      for (let at = 0; at < 128; at += 16) transformTaps(scratch + at, start + at, point, temporary);
    }
  }
}

/** taps[4][4 inputs][8 outputs] */
function gatherTaps(args: usize, input: i32, output: i32, outs: i32, taps: usize): void {
  const filter = load<usize>(args);
  const channels = load<i32>(args, 8);
  const outChannels = load<i32>(args, 12);
  const isTurned = load<i32>(args, 16) != 0;
  const phase = (isTurned ? output : input) / channels;
  const first = (isTurned ? output : input) % channels;
  for (let tap = 0; tap < 4; tap++) {
    const turned = isTurned ? 3 - tap : tap;
    const row = 2 * (turned >> 1) + (phase >> 1);
    const column = 2 * (turned & 1) + (phase & 1);
    const start = (row * 4 + column) * channels + first;
    for (let i = 0; i < 4; i++) {
      for (let o = 0; o < outs; o++) {
        const index = isTurned
          ? (start + o) * outChannels + input + i
          : (start + i) * outChannels + output + o;
        store<f32>(taps + (tap * 4 + i) * 32 + o * 4, load<f32>(filter + index * 4));
      }
    }
  }
}

/** G g Gᵀ of four filters, whose taps are 128 bytes apart. `temporary`: room for 10 vectors. */
function transformTaps(taps: usize, to: usize, point: i32, temporary: usize): void {
  for (let column = 0; column < 2; column++) {
    const tap = taps + column * 128;
    filterToFivePoints(v128.load(tap), v128.load(tap, 256), temporary + column * 16, 32);
  }
  for (let row = temporary; row < temporary + 160; row += 32) {
    filterToFivePoints(v128.load(row), v128.load(row, 16), to, point);
    to += 5 * point;
  }
}
