/** op(a)·op(b) in float64, straight from the definition, and for each element Σ |a·b|, the scale of rounding errors. */
export function hostMatMul(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { rows, columns, depth, transposeA = false, transposeB = false }: HostProduct,
): { product: Float64Array; scale: Float64Array } {
  const product = new Float64Array(rows * columns);
  const scale = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < depth; k++) {
        const x = a[transposeA ? k * rows + i : i * depth + k]!;
        const y = b[transposeB ? j * depth + k : k * columns + j]!;
        product[i * columns + j]! += x * y;
        scale[i * columns + j]! += Math.abs(x * y);
      }
    }
  }
  return { product, scale };
}

export interface HostProduct {
  rows: number;
  columns: number;
  depth: number;
  transposeA?: boolean;
  transposeB?: boolean;
}
