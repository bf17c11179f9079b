import { normalizeFlat, normalizeSiluFlat } from './normalize-apply';
import { columnMoments, padded } from './normalize-moments';
import { forwardTables, partBytes, statisticsOf, tableBytes, writeStatistics } from './normalize-tables';

// Group, instance and batch norm of [samples, positions, channels]. Arguments of all four kernels: [x, y, statistics
// [samples, 4, channels], weight or 0, bias or 0, partial sums: float64 [samples·parts, 2, padded channels], positions,
// channels, groups, parts, rows a part, activation (0 none, 1 SiLU)], [epsilon].
// Small samples are one part and take one job (normalizeSamples); large ones three, whose parts run apart.

/** Items are samples of one part. */
export function normalizeSamples(args: usize, begin: i32, end: i32, scratch: usize): void {
  const positions = load<i32>(args, 24);
  const part = scratch;
  const rest = scratch + partBytes(load<i32>(args, 28));
  for (let sample = begin; sample < end; sample++) {
    momentsOfPart(args, sample, 0, positions, part, rest);
    finishStatistics(args, sample, part);
    applyPart(args, sample, 0, positions, rest);
  }
}

/** Items are parts of samples. */
export function normalizeMoments(args: usize, begin: i32, end: i32, scratch: usize): void {
  const parts = load<i32>(args, 36);
  const bytes = partBytes(load<i32>(args, 28));
  for (let item = begin; item < end; item++) {
    const first = (item % parts) * load<i32>(args, 40);
    const rows = min(load<i32>(args, 40), load<i32>(args, 24) - first);
    momentsOfPart(args, item / parts, first, rows, load<usize>(args, 20) + <usize>item * bytes, scratch);
  }
}

/** Items are samples: joins the moments of their parts, in order. */
export function normalizeStatistics(args: usize, begin: i32, end: i32, _scratch: usize): void {
  const parts = load<i32>(args, 36);
  const bytes = partBytes(load<i32>(args, 28));
  for (let sample = begin; sample < end; sample++) {
    const total = load<usize>(args, 20) + <usize>(sample * parts) * bytes;
    for (let part = 1; part < parts; part++) joinPart(args, total, total + <usize>part * bytes, part);
    finishStatistics(args, sample, total);
  }
}

/** Items are parts of samples. */
export function normalizeApply(args: usize, begin: i32, end: i32, scratch: usize): void {
  const parts = load<i32>(args, 36);
  for (let item = begin; item < end; item++) {
    const first = (item % parts) * load<i32>(args, 40);
    const rows = min(load<i32>(args, 40), load<i32>(args, 24) - first);
    applyPart(args, item / parts, first, rows, scratch);
  }
}

function momentsOfPart(args: usize, sample: i32, first: i32, rows: i32, part: usize, scratch: usize): void {
  const channels = load<i32>(args, 28);
  const row = <usize>sample * <usize>load<i32>(args, 24) + <usize>first;
  const x = load<usize>(args) + row * (<usize>channels << 2);
  columnMoments(x, rows, channels, part, part + (<usize>padded(channels) << 3), scratch);
}

function joinPart(args: usize, total: usize, part: usize, index: i32): void {
  const width = <usize>padded(load<i32>(args, 28)) << 3;
  const before = index * load<i32>(args, 40);
  const count = min(load<i32>(args, 40), load<i32>(args, 24) - before);
  const share = <f64>count / <f64>(before + count);
  for (let offset: usize = 0; offset < width; offset += 8) {
    const at = total + offset;
    const step = load<f64>(part + offset) - load<f64>(at);
    store<f64>(at, load<f64>(at) + step * share);
    const squares = load<f64>(part + width + offset) + step * step * (<f64>before * share);
    store<f64>(at + width, load<f64>(at + width) + squares);
  }
}

function finishStatistics(args: usize, sample: i32, part: usize): void {
  const channels = load<i32>(args, 28);
  const squares = part + (<usize>padded(channels) << 3);
  const to = statisticsOf(load<usize>(args, 8), sample, channels);
  const epsilon = <f64>load<f32>(args, 48);
  writeStatistics(to, part, squares, load<i32>(args, 24), channels, load<i32>(args, 32), epsilon);
}

function applyPart(args: usize, sample: i32, first: i32, rows: i32, tables: usize): void {
  const channels = load<i32>(args, 28);
  const rowBytes = <usize>channels << 2;
  const offset = (<usize>sample * <usize>load<i32>(args, 24) + <usize>first) * rowBytes;
  const statistics = statisticsOf(load<usize>(args, 8), sample, channels);
  forwardTables(tables, statistics, load<usize>(args, 12), load<usize>(args, 16), channels);
  const x = load<usize>(args) + offset;
  const y = load<usize>(args, 4) + offset;
  const end = x + <usize>rows * rowBytes;
  const size = tableBytes(channels);
  if (load<i32>(args, 44) === 1) normalizeSiluFlat(x, y, end, tables, size);
  else normalizeFlat(x, y, end, tables, size);
}
