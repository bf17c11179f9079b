import { filterToPoints } from './winograd-transforms';

/**
 * The filter [3, 3, channels, outChannels] at the 36 points, as [36][panels of 8 outputs][inputs in fours][8], with
 * zeros beyond the last input and output. Items are inputs, those zeros included. With `isTurned`, of the filter
 * turned by 180° whose inputs are outChannels and whose outputs are channels: the one that gives dx.
 * Arguments: filter, to, channels, outChannels, isTurned.
 */
export function winogradFilter(args: usize, begin: i32, end: i32, scratch: usize): void {
  const filter = load<usize>(args);
  const to = load<usize>(args, 4);
  const channels = load<i32>(args, 8);
  const outChannels = load<i32>(args, 12);
  const isTurned = load<i32>(args, 16) != 0;
  const inputs = isTurned ? outChannels : channels;
  const outputs = isTurned ? channels : outChannels;
  const paddedInputs = (inputs + 3) & ~3;
  const panels = (outputs + 7) >> 3;
  const panelBytes = <usize>paddedInputs * 32;
  const pointBytes = panelBytes * panels;
  const inputBytes = isTurned ? 4 : <usize>outChannels * 4;
  const outputBytes = isTurned ? <usize>outChannels * 4 : 4;
  const taps = scratch;
  const columns = scratch + 9 * 32;
  for (let input = begin; input < end; input++) {
    for (let panel = 0; panel < panels; panel++) {
      const count = input < inputs ? min(8, outputs - panel * 8) : 0;
      for (let tap = 0; tap < 9; tap++) {
        const source =
          filter +
          <usize>(isTurned ? 8 - tap : tap) * channels * outChannels * 4 +
          input * inputBytes +
          <usize>panel * 8 * outputBytes;
        const target = taps + tap * 32;
        for (let i = 0; i < count; i++) store<f32>(target + i * 4, load<f32>(source + i * outputBytes));
        for (let i = count; i < 8; i++) store<f32>(target + i * 4, 0);
      }
      for (let half: usize = 0; half < 32; half += 16) {
        for (let column: usize = 0; column < 3; column++) {
          const tap = taps + column * 32 + half;
          filterToPoints(v128.load(tap), v128.load(tap, 96), v128.load(tap, 192), columns + column * 16, 48);
        }
        let target = to + <usize>panel * panelBytes + <usize>input * 32 + half;
        for (let row = columns; row < columns + 288; row += 48) {
          filterToPoints(v128.load(row), v128.load(row, 16), v128.load(row, 32), target, pointBytes);
          target += 6 * pointBytes;
        }
      }
    }
  }
}
