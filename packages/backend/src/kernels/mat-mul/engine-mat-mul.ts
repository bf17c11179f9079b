import { borrowMemory } from '../../engine/borrow-memory.ts';
import { currentEngine } from '../../engine/current-engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { isAskedAgain, packedWeights } from '../../engine/packed-weights.ts';
import { tf } from '../../tf.ts';
import { pointerTo, type WasmBackend } from '../wasm-backend.ts';
import { multiply, type Product, packedBytes, packMatrices } from './product.ts';

export interface MatMulInputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
  /** [columns] */
  readonly bias?: tf.TensorInfo;
}

interface Transpositions {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** With so few rows, B is read about as often as packing would read and write it. */
const fewRows = 24;
/** So small a matrix stays in the first-level cache as it lies. */
const smallMatrixFloats = 2 ** 13;

/** op(a)·op(b) + bias on the engine; undefined where the engine cannot compute it. Only one factor may repeat. */
export function engineMatMul(
  backend: WasmBackend,
  inputs: MatMulInputs,
  transpositions: Transpositions,
): tf.TensorInfo | undefined {
  const engine = currentEngine();
  if (engine === undefined || inputs.a.dtype !== 'float32' || inputs.b.dtype !== 'float32') return undefined;
  const sizes = sizesOf(inputs, transpositions);
  const c = backend.makeOutput([...sizes.batch, sizes.rows, sizes.columns], 'float32');
  if (tf.util.sizeFromShape(c.shape) === 0) return c;
  const a = pointerTo(backend, inputs.a);
  const bias = inputs.bias && pointerTo(backend, inputs.bias);
  const { rows, columns, depth, matrices, batchesA, batchesB, isPairwise } = sizes;
  const isATransposed = transpositions.transposeA;
  const shared = { a, isATransposed, bias, columns, depth };
  withFactorB(engine, backend, inputs.b, transpositions.transposeB, sizes, (b) => {
    const target = pointerTo(backend, c);
    if (batchesB === 1 && !isATransposed) {
      const folded = { rows: rows * batchesA, matrices: 1, isAShared: false, isBShared: false };
      multiply(engine, { ...shared, ...folded, b, c: target });
    } else if (isPairwise) {
      const repeats = { isAShared: batchesA === 1, isBShared: batchesB === 1 };
      multiply(engine, { ...shared, ...repeats, rows, matrices, b, c: target });
    } else {
      multiplyOneByOne(
        engine,
        { ...shared, isAShared: false, isBShared: false, rows, matrices, b, c: target },
        sizes,
      );
    }
  });
  return c;
}

type Factor = Product['b'];

/** Calls `use` with b packed, from the cache where it is known, or as it lies where that is as good. */
function withFactorB(
  engine: Engine,
  backend: WasmBackend,
  b: tf.TensorInfo,
  isTransposed: boolean,
  { rows, columns, depth, batchesA, batchesB }: Sizes,
  use: (b: Factor) => void,
): void {
  const plain = pointerTo(backend, b);
  const form = { matrices: batchesB, depth, columns };
  const pack = (pointer: number) => packMatrices(engine, { b: plain, isTransposed, ...form }, pointer);
  const kind = `mat-mul ${isTransposed} ${depth} ${columns} ${batchesB}`;
  const bytes = packedBytes(form);
  if (!isTransposed && depth * columns <= smallMatrixFloats) {
    use({ plain });
  } else if (isAskedAgain(b.dataId, kind)) {
    use({ packed: packedWeights({ backend, engine, dataId: b.dataId, kind, bytes, pack }) });
  } else if (!isTransposed && rows * (batchesB === 1 ? batchesA : 1) <= fewRows) {
    use({ plain });
  } else {
    borrowMemory(engine, bytes, (packed) => {
      pack(packed);
      use({ packed });
    });
  }
}

interface Sizes {
  rows: number;
  columns: number;
  depth: number;
  /** Batch axes of the result, and how many matrices that makes. */
  batch: number[];
  matrices: number;
  batchA: number[];
  batchB: number[];
  batchesA: number;
  batchesB: number;
  /** Whether product i takes matrices i, or the only one, of each factor. */
  isPairwise: boolean;
}

function sizesOf({ a, b }: MatMulInputs, { transposeA, transposeB }: Transpositions): Sizes {
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const rank = Math.max(a.shape.length, b.shape.length);
  const batchOf = ({ shape }: tf.TensorInfo) => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape.slice(0, -2),
  ];
  const [batchA, batchB] = [batchOf(a), batchOf(b)];
  const batch = tf.backend_util.assertAndGetBroadcastShape(batchA, batchB);
  const [batchesA, batchesB, matrices] = [batchA, batchB, batch].map(tf.util.sizeFromShape) as [
    number,
    number,
    number,
  ];
  const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const columns = transposeB ? bRows : bColumns;
  const isPairwise = [batchesA, batchesB].every((count) => count === 1 || count === matrices);
  return { rows, columns, depth, batch, matrices, batchA, batchB, batchesA, batchesB, isPairwise };
}

/** A factor that repeats along some of several batch axes. */
function multiplyOneByOne(engine: Engine, product: Product, { batch, batchA, batchB }: Sizes): void {
  const { rows, columns, depth, matrices, a, b, c } = product;
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  const bBytes = 'packed' in b ? packedBytes({ depth, columns, matrices: 1 }) : depth * columns * bytes;
  for (let i = 0; i < matrices; i++) {
    const offset = indexWithin(i, batch, batchB) * bBytes;
    multiply(engine, {
      ...product,
      matrices: 1,
      a: a + indexWithin(i, batch, batchA) * rows * depth * bytes,
      b: 'packed' in b ? { packed: b.packed + offset } : { plain: b.plain + offset },
      c: c + i * rows * columns * bytes,
    });
  }
}

/** The number, among matrices [part], of the one that stands at number i of [whole]. */
function indexWithin(i: number, whole: number[], part: number[]): number {
  let index = 0;
  let step = 1;
  for (let axis = whole.length - 1, rest = i; axis >= 0; axis--) {
    if (part[axis] !== 1) index += (rest % whole[axis]!) * step;
    step *= part[axis]!;
    rest = Math.floor(rest / whole[axis]!);
  }
  return index;
}
