import { headBytes, keysOfBlock, queriesOfBlock, scaleRows, scoreRow } from './attention-blocks';
import { decayingExp } from './math';
import { columnBlock, rowBlock } from './micro-kernel-block';
import { packColumns, packRows, zeroFloats } from './pack';
import { rowProduct, softmaxGradientRow } from './softmax';

/**
 * The gradients of `attention`. Arguments: [q, k, v, output, dy, statistics, dq, dk, dv, queries, keys, heads, size],
 * [scale]; shapes as there. Items are heads of all samples. With P the weights, made once more from the statistics,
 * and a row's D = Σ dy·output: dV = Pᵀ·dY, dS = P∘(dY·Vᵀ − D), dQ = scale·dS·K, dK = scale·dSᵀ·Q.
 */
export function attentionGradient(args: usize, begin: i32, end: i32, scratch: usize): void {
  const keys = load<i32>(args, 40);
  const block = keysOfBlock(load<i32>(args, 48));
  for (let head = begin; head < end; head++) {
    clear(args, head, 24, load<i32>(args, 36));
    clear(args, head, 28, keys);
    clear(args, head, 32, keys);
    for (let key = 0; key < keys; key += block) backwardOfKeys(args, head, key, scratch);
    finishQueries(args, head);
  }
}

/** Where a row of a head begins in [batch, rows, heads · size]. */
function placeOf(args: usize, head: i32, rows: i32, row: i32): usize {
  const heads = load<i32>(args, 44);
  const size = load<i32>(args, 48);
  const line = <usize>(head / heads) * <usize>rows + <usize>row;
  return (line * <usize>(heads * size) + <usize>(head % heads) * <usize>size) << 2;
}

function clear(args: usize, head: i32, word: usize, rows: i32): void {
  const step = <usize>(load<i32>(args, 44) * load<i32>(args, 48)) << 2;
  let at = load<usize>(args + word) + placeOf(args, head, rows, 0);
  for (let row = 0; row < rows; row++) {
    memory.fill(at, 0, <usize>load<i32>(args, 48) << 2);
    at += step;
  }
}

/** dq lacks the scale, which q had when the scores were made. */
function finishQueries(args: usize, head: i32): void {
  const queries = load<i32>(args, 36);
  const size = load<i32>(args, 48);
  const step = <usize>(load<i32>(args, 44) * size) << 2;
  const scale = load<f32>(args, 52);
  let at = load<usize>(args, 24) + placeOf(args, head, queries, 0);
  for (let row = 0; row < queries; row++) {
    scaleRows(at, 0, 1, size, scale, at);
    at += step;
  }
}

/** Adds what a block of keys contributes. */
function backwardOfKeys(args: usize, head: i32, key: i32, scratch: usize): void {
  const keys = load<i32>(args, 40);
  const size = load<i32>(args, 48);
  const step = load<i32>(args, 44) * size * 4;
  const count = min(keysOfBlock(size), keys - key);
  const place = placeOf(args, head, keys, key);
  const bytes = headBytes(keysOfBlock(size), size);
  const k = load<usize>(args, 4) + place;
  zeroFloats(scratch, 16);
  const packed = scratch + 256;
  packColumns(k, step, size, count, packed, size << 5);
  packColumns(load<usize>(args, 8) + place, step, size, count, packed + bytes, size << 5);
  packRows(k, step, count, size, packed + 2 * bytes, count << 5);
  const queries = load<i32>(args, 36);
  for (let query = 0; query < queries; query += queriesOfBlock(size)) {
    backwardOfBlock(args, head, key, query, scratch);
  }
}

function backwardOfBlock(args: usize, head: i32, key: i32, query: i32, scratch: usize): void {
  const queries = load<i32>(args, 36);
  const keys = load<i32>(args, 40);
  const size = load<i32>(args, 48);
  const step = load<i32>(args, 44) * size * 4;
  const rows = min(queriesOfBlock(size), queries - query);
  const count = min(keysOfBlock(size), keys - key);
  const first = placeOf(args, head, queries, query);
  const place = placeOf(args, head, keys, key);
  const dy = load<usize>(args, 16) + first;

  const edge = scratch + 64;
  const keyColumns = scratch + 256;
  const valueColumns = keyColumns + headBytes(keysOfBlock(size), size);
  const keyRows = valueColumns + headBytes(keysOfBlock(size), size);
  const query4 = keyRows + headBytes(keysOfBlock(size), size);
  const queryRows = query4 + headBytes(queriesOfBlock(size), size);
  const gradientRows = queryRows + headBytes(queriesOfBlock(size), size);
  const weights = gradientRows + headBytes(queriesOfBlock(size), size);
  const scoreStep = scoreRow(size);
  const slopes = weights + <usize>(queriesOfBlock(size) * scoreStep) + 64;

  scaleRows(load<usize>(args) + first, step, rows, size, load<f32>(args, 52), query4);
  packRows(query4, size << 2, rows, size, queryRows, rows << 5);
  packRows(dy, step, rows, size, gradientRows, rows << 5);
  rowBlock(
    query4, size << 2, rows, size, keyColumns, 32, size << 5, count,
    scratch, 0, 0, weights, scoreStep, edge,
  );
  rowBlock(dy, step, rows, size, valueColumns, 32, size << 5, count, scratch, 0, 0, slopes, scoreStep, edge);
  const statistics = load<usize>(args, 20) + ((<usize>head * <usize>queries + <usize>query) << 3);
  const output = load<usize>(args, 12) + first;
  for (let row = 0; row < rows; row++) {
    const weight = weights + <usize>(row * scoreStep);
    const slope = slopes + <usize>(row * scoreStep);
    const offset = <usize>row * <usize>step;
    weigh(weight, <usize>count << 2, statistics + (<usize>row << 3));
    const product = <f32>rowProduct(dy + offset, output + offset, <usize>size << 2);
    softmaxGradientRow(weight, slope, slope, <usize>count << 2, product);
  }

  const dv = load<usize>(args, 32) + place;
  const dq = load<usize>(args, 24) + first;
  const dk = load<usize>(args, 28) + place;
  columnBlock(
    weights, scoreStep, 24, count, rows, gradientRows, 32, rows << 5, size,
    dv, step, 32, dv, step, edge,
  );
  rowBlock(slopes, scoreStep, rows, count, keyRows, 32, count << 5, size, dq, step, 32, dq, step, edge);
  columnBlock(slopes, scoreStep, 24, count, rows, queryRows, 32, rows << 5, size, dk, step, 32, dk, step, edge);
}

/** Scores to weights: e^(score − largest) / Σ. */
function weigh(scores: usize, bytes: usize, statistics: usize): void {
  const largest = v128.load32_splat(statistics);
  const inverse = v128.load32_splat(statistics, 4);
  const end = scores + bytes;
  for (; scores + 16 <= end; scores += 16)
    v128.store(scores, f32x4.mul(decayingExp(f32x4.sub(v128.load(scores), largest)), inverse));
  for (; scores < end; scores += 4) {
    const e = f32x4.mul(decayingExp(f32x4.sub(v128.load32_splat(scores), largest)), inverse);
    v128.store_lane<f32>(scores, e, 0);
  }
}
