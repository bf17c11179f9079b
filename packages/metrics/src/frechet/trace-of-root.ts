import { TintypeError } from '@tintype/core-tensor';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Eigenvalues below this share of the largest, times the dimension, are rounding. */
const roundingShare = 2 ** -50;

/**
 * tr((A^½ B A^½)^½) of two covariances [dimension, dimension]: the sum of the roots of the eigenvalues of A^½ B A^½.
 * They are taken in the smaller of the spaces that A and B span, so that where one is singular no rounding enters under
 * the root.
 * @throws TintypeError `E_DATA` where a matrix is not symmetric or has an eigenvalue plainly below 0
 */
export function traceOfRoot(a: Float64Array, b: Float64Array, dimension: number): number {
  const factorA = rootFactor(a, dimension, 'a');
  const factorB = rootFactor(b, dimension, 'b');
  if (factorA.columns === 0 || factorB.columns === 0) return 0;
  const cross =
    factorA.columns <= factorB.columns
      ? factorB.transpose().mmul(factorA)
      : factorA.transpose().mmul(factorB);
  const product = symmetrized(cross.transpose().mmul(cross)); // [rank, rank], the smaller rank
  return eigenvaluesOf(product).values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** F = V Λ^½ [dimension, rank] over the eigenvalues that are not rounding: F Fᵀ = A. */
function rootFactor(a: Float64Array, dimension: number, name: string): Matrix {
  assertSymmetric(a, dimension, name);
  const { values, vectors } = eigenvaluesOf(toMatrix(a, dimension));
  const floor = assertNotNegative(values, name);
  const kept = values.flatMap((value, i) => (value > floor ? [i] : []));
  const factor = new Matrix(dimension, kept.length);
  kept.forEach((column, at) => {
    const scale = Math.sqrt(values[column]!);
    for (let row = 0; row < dimension; row++) factor.set(row, at, vectors.get(row, column) * scale);
  });
  return factor;
}

function eigenvaluesOf(symmetric: Matrix): { values: readonly number[]; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  return { values: realEigenvalues, vectors: eigenvectorMatrix };
}

function toMatrix(values: Float64Array, dimension: number): Matrix {
  const matrix = new Matrix(dimension, dimension);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      matrix.set(row, column, values[row * dimension + column]!);
    }
  }
  return matrix;
}

function symmetrized(matrix: Matrix): Matrix {
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

function assertSymmetric(values: Float64Array, dimension: number, name: string): void {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < row; column++) {
      const gap = Math.abs(values[row * dimension + column]! - values[column * dimension + row]!);
      if (gap > 1e-6 * largest) refuse(name, `not symmetric at [${row}, ${column}]`);
    }
  }
}

/** Gives the size below which an eigenvalue counts as 0; float32 covariances are let through with their rounding. */
function assertNotNegative(eigenvalues: readonly number[], name: string): number {
  const largest = eigenvalues.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const smallest = Math.min(...eigenvalues);
  if (smallest < -1e-4 * largest) refuse(name, `an eigenvalue of ${smallest} beside ${largest}`);
  return roundingShare * eigenvalues.length * largest;
}

function refuse(name: string, got: string): never {
  throw new TintypeError('E_DATA', {
    where: `frechetDistance: ${name}`,
    what: 'the matrix is no covariance',
    got,
    expected: 'a symmetric matrix without negative eigenvalues',
  });
}
