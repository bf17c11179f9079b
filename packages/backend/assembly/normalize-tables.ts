import { padded } from './normalize-moments';

// Rows of coefficients, one value a channel, repeated until they fill whole vectors and a loop over them is long
// enough to pay: what is done to each value can then run over flat memory whatever the number of channels.

/** How many times a row of coefficients is repeated. */
function repetitions(channels: i32): i32 {
  let times = 1;
  while (((channels * times) & 3) !== 0 || channels * times < 64) times <<= 1;
  return times;
}

/** Bytes of one table. */
export function tableBytes(channels: i32): usize {
  return (<usize>(channels * repetitions(channels))) << 2;
}

/** Repeats the row that was written at the beginning of a table. */
export function repeatRow(table: usize, channels: i32): void {
  const bytes = <usize>channels << 2;
  const end = table + tableBytes(channels);
  for (let at = table + bytes; at < end; at += bytes) memory.copy(at, table, bytes);
}

/** Statistics of a sample are four rows [channels]: mean, what float32 lost of the mean, 1/deviation, variance. */
// @ts-ignore: decorator
@inline
export function statisticsOf(statistics: usize, sample: i32, channels: i32): usize {
  return statistics + <usize>sample * (<usize>channels << 4);
}

/** Three tables, for y = (x − mean)·scale + shift: the small rest of the mean goes into the shift. */
export function forwardTables(tables: usize, statistics: usize, weight: usize, bias: usize, channels: i32): void {
  const size = tableBytes(channels);
  const row = <usize>channels << 2;
  for (let offset: usize = 0; offset < row; offset += 4) {
    const from = statistics + offset;
    const inverseDeviation = load<f32>(from + 2 * row);
    const scale = weight !== 0 ? inverseDeviation * load<f32>(weight + offset) : inverseDeviation;
    const start: f32 = bias !== 0 ? load<f32>(bias + offset) : 0;
    const to = tables + offset;
    store<f32>(to, load<f32>(from));
    store<f32>(to + size, scale);
    store<f32>(to + 2 * size, start - load<f32>(from + row) * scale);
  }
  for (let table = 0; table < 3; table++) repeatRow(tables + <usize>table * size, channels);
}

/** From the moments of each channel, joined within each group. */
export function writeStatistics(
  statistics: usize,
  means: usize,
  squares: usize,
  positions: i32,
  channels: i32,
  groups: i32,
  epsilon: f64,
): void {
  const size = channels / groups;
  const row = <usize>channels << 2;
  for (let first = 0; first < channels; first += size) {
    let mean: f64 = 0;
    for (let c = first; c < first + size; c++) mean += load<f64>(means + (<usize>c << 3));
    mean /= <f64>size;
    let within: f64 = 0;
    let between: f64 = 0;
    for (let c = first; c < first + size; c++) {
      const step = load<f64>(means + (<usize>c << 3)) - mean;
      within += load<f64>(squares + (<usize>c << 3));
      between += step * step;
    }
    const variance = (within / <f64>positions + between) / <f64>size;
    const high = <f32>mean;
    const low = <f32>(mean - <f64>high);
    const inverseDeviation = <f32>(1 / Math.sqrt(variance + epsilon));
    for (let c = first; c < first + size; c++) {
      const to = statistics + (<usize>c << 2);
      store<f32>(to, high);
      store<f32>(to + row, low);
      store<f32>(to + 2 * row, inverseDeviation);
      store<f32>(to + 3 * row, <f32>variance);
    }
  }
}

/** Bytes of float64 sums, two a channel. */
// @ts-ignore: decorator
@inline
export function partBytes(channels: i32): usize {
  return <usize>padded(channels) << 4;
}
