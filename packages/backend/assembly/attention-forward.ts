import { headBytes, keysOfBlock, queriesOfBlock, scaleRows, scoreRow } from './attention-blocks';
import { exp } from './math';
import { rowBlock } from './micro-kernel-block';
import { packColumns, packRows, zeroFloats } from './pack';
import { expRow, rowMax, scaleRow } from './softmax';

/**
 * softmax(scale·Q·Kᵀ)·V of each head. Arguments: [q, k, v, output, statistics, queries, keys, heads, size], [scale]. q
 * and output are [batch, queries, heads · size], k and v [batch, keys, heads · size]; statistics [batch, heads, queries,
 * 2] take the largest score of a query and 1/Σ e^(score − largest). Items are blocks of queries of all heads.
 */
export function attention(args: usize, begin: i32, end: i32, scratch: usize): void {
  const size = load<i32>(args, 32);
  const blocks = (load<i32>(args, 20) + queriesOfBlock(size) - 1) / queriesOfBlock(size);
  for (let item = begin; item < end; item++) {
    attendBlock(args, item / blocks, (item % blocks) * queriesOfBlock(size), scratch);
  }
}

/** `head` counts heads of all samples. */
function attendBlock(args: usize, head: i32, query: i32, scratch: usize): void {
  const queries = load<i32>(args, 20);
  const keys = load<i32>(args, 24);
  const heads = load<i32>(args, 28);
  const size = load<i32>(args, 32);
  const step = heads * size * 4;
  const sample = <usize>(head / heads);
  const column = (<usize>(head % heads) * <usize>size) << 2;
  const rows = min(queriesOfBlock(size), queries - query);
  const first = (sample * <usize>queries + <usize>query) * <usize>step + column;
  const others = sample * <usize>keys * <usize>step + column;

  const edge = scratch + 64;
  const query4 = edge + 192;
  const packedKeys = query4 + headBytes(queriesOfBlock(size), size);
  const packedValues = packedKeys + headBytes(keysOfBlock(size), size);
  const result = packedValues + headBytes(keysOfBlock(size), size);
  const largest = result + headBytes(queriesOfBlock(size), size);
  const scores = largest + (<usize>queriesOfBlock(size) << 4);
  const scoreStep = scoreRow(size);
  const resultStep = ((size + 7) & ~7) << 2;
  zeroFloats(scratch, 16);
  zeroFloats(result, (rows * resultStep) >> 2);
  for (let row: usize = 0; row < <usize>rows; row++) {
    store<f64>(largest + (row << 4), 0);
    store<f32>(largest + (row << 4), -Infinity, 8);
  }
  scaleRows(load<usize>(args) + first, step, rows, size, load<f32>(args, 36), query4);

  for (let key = 0; key < keys; key += keysOfBlock(size)) {
    const count = min(keysOfBlock(size), keys - key);
    const offset = others + <usize>key * <usize>step;
    packColumns(load<usize>(args, 4) + offset, step, size, count, packedKeys, size << 5);
    packRows(load<usize>(args, 8) + offset, step, count, size, packedValues, count << 5);
    rowBlock(
      query4, size << 2, rows, size, packedKeys, 32, size << 5, count,
      scratch, 0, 0, scores, scoreStep, edge,
    );
    for (let row = 0; row < rows; row++) {
      exponentiate(
        scores + <usize>(row * scoreStep), count, largest + (<usize>row << 4),
        result + <usize>(row * resultStep), size,
      );
    }
    rowBlock(
      scores, scoreStep, rows, count, packedValues, 32, count << 5, size,
      result, resultStep, 32, result, resultStep, edge,
    );
  }

  let statistics = load<usize>(args, 16) + ((<usize>head * <usize>queries + <usize>query) << 3);
  let output = load<usize>(args, 12) + first;
  for (let row = 0; row < rows; row++) {
    const inverse = <f32>(1 / load<f64>(largest + (<usize>row << 4)));
    const from = result + <usize>(row * resultStep);
    scaleRow(from, size << 2, inverse);
    memory.copy(output, from, size << 2);
    store<f32>(statistics, load<f32>(largest + (<usize>row << 4), 8));
    store<f32>(statistics, inverse, 4);
    statistics += 8;
    output += step;
  }
}

/**
 * Scores of one query to e^(score − largest so far). `known` holds the sum (float64) and the largest score of the
 * blocks in front, on whose basis the result stands: it moves to the new largest score.
 */
function exponentiate(scores: usize, count: i32, known: usize, result: usize, size: i32): void {
  const bytes = <usize>count << 2;
  const before = load<f32>(known, 8);
  const largest = max(before, rowMax(scores, bytes));
  let sum = load<f64>(known);
  if (largest !== before) {
    const factor = f32x4.extract_lane(exp(f32x4.splat(before - largest)), 0);
    sum *= <f64>factor;
    scaleRow(result, <usize>size << 2, factor);
  }
  store<f64>(known, sum + expRow(scores, scores, bytes, largest));
  store<f32>(known, largest, 8);
}
