import type { Engine } from '../../engine/engine.ts';

/** c[matrices][rows][columns] = op(A)·op(B) + bias. Pointers in bytes; the matrices of each lie behind one another. */
export interface Product {
  readonly a: number;
  readonly isATransposed: boolean;
  /** Whether all products take the one A. */
  readonly isAShared: boolean;
  readonly b: PackedMatrices | PlainMatrices;
  readonly isBShared: boolean;
  readonly c: number;
  /** Of `columns` floats. */
  readonly bias?: number;
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** By `packMatrices`. */
interface PackedMatrices {
  readonly packed: number;
}

/** As they lie, [depth][columns]: for products of a few rows, which packing would cost more than it saves. */
interface PlainMatrices {
  readonly plain: number;
}

interface Matrices {
  readonly b: number;
  readonly isTransposed: boolean;
  readonly matrices: number;
  readonly depth: number;
  readonly columns: number;
}

const floatBytes = 4;
const tileRows = 6;
const panelColumns = 8;
/** Work that is worth a thread's while, in floating-point operations and in floats copied. */
const operationsPerGrain = 2 ** 21;
const floatsPerGrain = 2 ** 16;

export function packedBytes({ depth, columns, matrices }: Omit<Matrices, 'b' | 'isTransposed'>): number {
  return Math.max(1, matrices * roundUp(columns, panelColumns) * depth * floatBytes);
}

/** Writes B as the micro-kernel reads it, `packedBytes` bytes at `to`. */
export function packMatrices(
  engine: Engine,
  { b, isTransposed, matrices, depth, columns }: Matrices,
  to: number,
) {
  const one = packedBytes({ depth, columns, matrices: 1 });
  const step = (isTransposed ? depth : columns) * floatBytes;
  engine.run('packPanels', {
    ints: [b, to, depth, columns, step, Number(isTransposed), depth * columns * floatBytes, one],
    items: matrices * Math.ceil(columns / (2 * panelColumns)),
    grain: Math.ceil(floatsPerGrain / (2 * panelColumns * Math.max(1, depth))),
  });
}

export function multiply(engine: Engine, product: Product): void {
  const { a, isATransposed, isAShared, b, isBShared, c, bias = 0, matrices, rows, columns, depth } = product;
  const isPacked = 'packed' in b;
  const [rowsPerItem, columnsPerItem] = blockSize(rows, columns, matrices);
  const bBytes = isPacked ? packedBytes({ depth, columns, matrices: 1 }) : depth * columns * floatBytes;
  engine.run('matMul', {
    ints: [
      ...[a, isPacked ? b.packed : b.plain, c, bias, rows, columns, depth],
      ...[(isATransposed ? rows : depth) * floatBytes, Number(isATransposed)],
      isPacked ? panelColumns * floatBytes : columns * floatBytes,
      isPacked ? panelColumns * floatBytes * depth : panelColumns * floatBytes,
      isAShared ? 0 : rows * depth * floatBytes,
      isBShared ? 0 : bBytes,
      ...[rowsPerItem, columnsPerItem],
    ],
    items: matrices * Math.ceil(rows / rowsPerItem) * Math.ceil(columns / columnsPerItem),
    grain: Math.ceil(operationsPerGrain / Math.max(1, 2 * rowsPerItem * columnsPerItem * depth)),
  });
}

/** Blocks that fit the second-level cache, and several of them, so that threads end together. */
function blockSize(rows: number, columns: number, matrices: number): [number, number] {
  let [rowsPerItem, columnsPerItem] = [
    Math.min(96, roundUp(rows, tileRows)),
    Math.min(512, roundUp(columns, panelColumns)),
  ];
  const isFew = () => matrices * Math.ceil(rows / rowsPerItem) * Math.ceil(columns / columnsPerItem) < 16;
  while (isFew() && rowsPerItem > 48) rowsPerItem = roundUp(rowsPerItem / 2, tileRows);
  while (isFew() && columnsPerItem > 64) columnsPerItem = roundUp(columnsPerItem / 2, panelColumns);
  return [rowsPerItem, columnsPerItem];
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
