/** Eigenvalues from the largest, and unit eigenvectors, of a symmetric matrix: cyclic Jacobi rotations in float64. */
export function eigenSymmetric(matrix: readonly (readonly number[])[]): {
  readonly values: number[];
  readonly vectors: number[][];
} {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p]![q]!) < 1e-15) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        rotateColumns(a, p, q, c, s);
        rotateRows(a, p, q, c, s);
        rotateColumns(v, p, q, c, s);
      }
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v.map((row) => row[i]!)) };
}

/** Sums of products of the columns of rows [n][d]: [d][d]. */
export function gram(rows: readonly ArrayLike<number>[]): number[][] {
  const size = rows[0]!.length;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
}

/** Largest angle in degrees between the spaces that two lists of vectors span. */
export function largestAngle(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  const [q, r] = [orthonormalize(a), orthonormalize(b)];
  const cosines = q.map((x) => r.map((y) => dot(x, y)));
  const smallest = eigenSymmetric(gram(cosines)).values.at(-1)!;
  return (Math.acos(Math.sqrt(Math.min(1, Math.max(0, smallest)))) * 180) / Math.PI;
}

/** Gram and Schmidt. */
export function orthonormalize(vectors: readonly (readonly number[])[]): number[][] {
  const basis: number[][] = [];
  for (const vector of vectors) {
    const rest = basis.reduce<number[]>(
      (left, unit) => {
        const share = dot(left, unit);
        return left.map((value, i) => value - share * unit[i]!);
      },
      [...vector],
    );
    const length = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / length));
  }
  return basis;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function rotateColumns(m: number[][], p: number, q: number, c: number, s: number): void {
  for (const row of m) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
}

function rotateRows(m: number[][], p: number, q: number, c: number, s: number): void {
  const [x, y] = [m[p]!, m[q]!];
  m[p] = x.map((value, i) => c * value - s * y[i]!);
  m[q] = y.map((value, i) => s * x[i]! + c * value);
}
