import { combineFlat, siluGradientFlat } from './normalize-apply';
import { padded } from './normalize-moments';
import { columnProducts, productRows } from './normalize-products';
import { forwardTables, partBytes, repeatRow, statisticsOf, tableBytes } from './normalize-tables';

// Gradients of group, instance and batch norm. Arguments of all five kernels: [x, dy, dx, statistics, weight or 0, bias
// or 0, sums: float64 [samples·parts, 2, padded channels], coefficients: float32 [samples, 3, padded channels],
// positions, channels, groups, parts, rows a part, samples, activation (0 none, 1 SiLU), dweight, dbias].
// With dz the gradient before the activation, x̂ the normalised value, s = 1/deviation, and means over a group:
// dx = s·(weight·dz − mean(weight·dz) − x̂·mean(weight·dz·x̂)), dweight = Σ dz·x̂, dbias = Σ dz.
// With an activation dx holds dz until it is dx.

/** Items are samples of one part. */
export function normalizeGradSamples(args: usize, begin: i32, end: i32, scratch: usize): void {
  const positions = load<i32>(args, 32);
  for (let sample = begin; sample < end; sample++) {
    sumPart(args, sample, 0, positions, sumsOf(args, sample), scratch);
    finishSums(args, sample);
    applyPart(args, sample, 0, positions, scratch);
  }
}

/** Items are parts of samples. */
export function normalizeGradSums(args: usize, begin: i32, end: i32, scratch: usize): void {
  const parts = load<i32>(args, 44);
  for (let item = begin; item < end; item++) {
    const first = (item % parts) * load<i32>(args, 48);
    const rows = min(load<i32>(args, 48), load<i32>(args, 32) - first);
    sumPart(args, item / parts, first, rows, sumsOf(args, item), scratch);
  }
}

/** Items are samples: adds up their parts, in order, into the first. */
export function normalizeGradCoefficients(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const parts = load<i32>(args, 44);
  const bytes = partBytes(load<i32>(args, 36));
  for (let sample = begin; sample < end; sample++) {
    const total = sumsOf(args, sample * parts);
    for (let part = 1; part < parts; part++) addFloat64(total, total + <usize>part * bytes, bytes);
    finishSums(args, sample);
  }
}

/** Items are parts of samples. */
export function normalizeGradApply(args: usize, begin: i32, end: i32, scratch: usize): void {
  const parts = load<i32>(args, 44);
  for (let item = begin; item < end; item++) {
    const first = (item % parts) * load<i32>(args, 48);
    const rows = min(load<i32>(args, 48), load<i32>(args, 32) - first);
    applyPart(args, item / parts, first, rows, scratch);
  }
}

/** Items are channels: dweight and dbias over all samples, in order. */
export function normalizeGradWeights(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const samples = load<i32>(args, 52);
  const width = <usize>padded(load<i32>(args, 36)) << 3;
  const stride = partBytes(load<i32>(args, 36)) * <usize>load<i32>(args, 44);
  for (let channel = begin; channel < end; channel++) {
    let at = load<usize>(args, 24) + (<usize>channel << 3);
    let dbias: f64 = 0;
    let dweight: f64 = 0;
    for (let sample = 0; sample < samples; sample++, at += stride) {
      dbias += load<f64>(at);
      dweight += load<f64>(at + width);
    }
    store<f32>(load<usize>(args, 60) + (<usize>channel << 2), <f32>dweight);
    store<f32>(load<usize>(args, 64) + (<usize>channel << 2), <f32>dbias);
  }
}

function sumsOf(args: usize, item: i32): usize {
  return load<usize>(args, 24) + <usize>item * partBytes(load<i32>(args, 36));
}

function addFloat64(total: usize, term: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(total + at, f64x2.add(v128.load(total + at), v128.load(term + at)));
  }
}

function sumPart(args: usize, sample: i32, first: i32, rows: i32, sums: usize, tables: usize): void {
  const channels = load<i32>(args, 36);
  const rowBytes = <usize>channels << 2;
  const size = tableBytes(channels);
  const statistics = statisticsOf(load<usize>(args, 12), sample, channels);
  const isActivated = load<i32>(args, 56) === 1;
  if (isActivated) forwardTables(tables, statistics, load<usize>(args, 16), load<usize>(args, 20), channels);
  const scratch = tables + 3 * size;
  memory.fill(scratch, 0, <usize>padded(channels) << 3);
  memory.fill(sums, 0, partBytes(channels));
  let offset = (<usize>sample * <usize>load<i32>(args, 32) + <usize>first) * rowBytes;
  for (let row = 0; row < rows; row += productRows()) {
    const count = min(productRows(), rows - row);
    const x = load<usize>(args) + offset;
    let dz = load<usize>(args, 4) + offset;
    if (isActivated) {
      const dx = load<usize>(args, 8) + offset;
      siluGradientFlat(x, dz, dx, x + <usize>count * rowBytes, tables, size);
      dz = dx;
    }
    columnProducts(x, dz, statistics, count, channels, sums, scratch);
    offset += <usize>count * rowBytes;
  }
}

/** Turns Σ dz·(x − mean) into Σ dz·x̂, and both sums into scale, slope and shift of dx. */
function finishSums(args: usize, sample: i32): void {
  const channels = load<i32>(args, 36);
  const width = <usize>padded(channels) << 2;
  const size = channels / load<i32>(args, 40);
  const share = 1 / (<f64>size * <f64>load<i32>(args, 32));
  const sums = sumsOf(args, sample * load<i32>(args, 44));
  const coefficients = load<usize>(args, 28) + <usize>sample * (3 * width);
  const statistics = statisticsOf(load<usize>(args, 12), sample, channels);
  const weight = load<usize>(args, 16);
  const row = <usize>channels << 2;
  for (let first = 0; first < channels; first += size) {
    const from = statistics + (<usize>first << 2);
    const low = <f64>load<f32>(from + row);
    const inverseDeviation = <f64>load<f32>(from + 2 * row);
    let meanDz: f64 = 0;
    let meanDzX: f64 = 0;
    for (let c = first; c < first + size; c++) {
      const at = sums + (<usize>c << 3);
      const to = at + (width << 1);
      const product = inverseDeviation * (load<f64>(to) - low * load<f64>(at));
      store<f64>(to, product);
      const scale: f64 = weight !== 0 ? <f64>load<f32>(weight + (<usize>c << 2)) : 1;
      store<f32>(coefficients + (<usize>c << 2), <f32>(scale * inverseDeviation));
      meanDz += scale * load<f64>(at);
      meanDzX += scale * product;
    }
    const slope = -inverseDeviation * inverseDeviation * meanDzX * share;
    const shift = -inverseDeviation * meanDz * share - low * slope;
    for (let c = first; c < first + size; c++) {
      store<f32>(coefficients + width + (<usize>c << 2), <f32>slope);
      store<f32>(coefficients + 2 * width + (<usize>c << 2), <f32>shift);
    }
  }
}

function applyPart(args: usize, sample: i32, first: i32, rows: i32, tables: usize): void {
  const channels = load<i32>(args, 36);
  const rowBytes = <usize>channels << 2;
  const width = <usize>padded(channels) << 2;
  const size = tableBytes(channels);
  const coefficients = load<usize>(args, 28) + <usize>sample * (3 * width);
  memory.copy(tables, statisticsOf(load<usize>(args, 12), sample, channels), rowBytes);
  for (let i: usize = 0; i < 3; i++) memory.copy(tables + (i + 1) * size, coefficients + i * width, rowBytes);
  for (let i: usize = 0; i < 4; i++) repeatRow(tables + i * size, channels);
  const offset = (<usize>sample * <usize>load<i32>(args, 32) + <usize>first) * rowBytes;
  const x = load<usize>(args) + offset;
  const dx = load<usize>(args, 8) + offset;
  const dz = load<i32>(args, 56) === 1 ? dx : load<usize>(args, 4) + offset;
  combineFlat(x, dz, dx, x + <usize>rows * rowBytes, tables, size);
}
