import { TintypeError } from '@tintype/backend';
import type { ParameterLayout } from '../parameters/parameter-tree.ts';

/** How a tensor lies in memory; `chwShape` only with `linearFromChw`. */
export interface TensorLayout {
  readonly layout: ParameterLayout;
  readonly chwShape?: readonly [number, number, number];
}

/** Values moved as bits: every NaN payload and the sign of zero stay as they are. */
export type RawValues = Uint32Array | Uint8Array;

export interface Arranged<Values extends RawValues = RawValues> {
  readonly values: Values;
  readonly shape: readonly number[];
}

/** tfjs [a, b, in, out] → PyTorch [out, in, a, b], of which the 2-D cases are parts. */
const toDiskOrder = [3, 2, 0, 1];
const toMemoryOrder = [2, 3, 1, 0];

/**
 * From tfjs's layout in memory to PyTorch's on disk (parameter-tree.ts). Throws `E_SHAPE` where the shape is not one
 * of that layout.
 */
export function toDiskLayout<Values extends RawValues>(
  values: Values,
  shape: readonly number[],
  layout: TensorLayout,
): Arranged<Values> {
  const four = memoryShape4(shape, layout);
  if (four === undefined) return { values, shape };
  return { values: permute(values, four, toDiskOrder), shape: diskShape(shape, layout) };
}

/** The exact inverse of `toDiskLayout`; `shape` is the one on disk. */
export function fromDiskLayout<Values extends RawValues>(
  values: Values,
  shape: readonly number[],
  layout: TensorLayout,
): Arranged<Values> {
  const memory = memoryShape(shape, layout);
  const four = memoryShape4(memory, layout);
  if (four === undefined) return { values, shape };
  const onDisk = toDiskOrder.map((axis) => four[axis]!);
  return { values: permute(values, onDisk, toMemoryOrder), shape: memory };
}

/** The shape on disk of a tensor in memory. */
export function diskShape(shape: readonly number[], { layout }: TensorLayout): readonly number[] {
  const order = axisOrder(shape, layout, toDiskOrder);
  return order === undefined ? shape : order.map((axis) => shape[axis]!);
}

/** The shape in memory of a tensor on disk. */
export function memoryShape(shape: readonly number[], { layout }: TensorLayout): readonly number[] {
  const order = axisOrder(shape, layout, toMemoryOrder);
  return order === undefined ? shape : order.map((axis) => shape[axis]!);
}

function axisOrder(shape: readonly number[], layout: ParameterLayout, order4: readonly number[]) {
  if (layout === 'plain') return undefined;
  const isConv = layout === 'conv' || layout === 'convTransposed';
  if (shape.length === (isConv ? 4 : 2)) return isConv ? order4 : [1, 0];
  throw new TintypeError('E_SHAPE', {
    where: `layout ${layout}`,
    what: 'the rank does not fit the layout',
    got: shape,
    expected: isConv ? 'four axes' : 'two axes',
  });
}

/** Every layout but `plain` as four axes that are reordered in the same way. */
function memoryShape4(
  shape: readonly number[],
  { layout, chwShape }: TensorLayout,
): readonly number[] | undefined {
  if (axisOrder(shape, layout, toDiskOrder) === undefined) return undefined;
  if (layout === 'linear') return [1, 1, shape[0]!, shape[1]!];
  if (layout !== 'linearFromChw') return shape;
  const [channels, height, width] = chwShape ?? [0, 0, 0];
  if (channels * height * width === shape[0]) return [height, width, channels, shape[1]!];
  throw new TintypeError('E_SHAPE', {
    where: 'layout linearFromChw',
    what: 'channels x height x width must be the input axis',
    got: chwShape,
    expected: shape[0],
  });
}

/** Reorders four axes: axis i of the result is axis order[i] of the values. */
function permute<Values extends RawValues>(
  values: Values,
  shape: readonly number[],
  order: readonly number[],
): Values {
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const result = values.slice() as Values;
  let at = 0;
  for (let i0 = 0; i0 < n0; i0 += 1) {
    for (let i1 = 0; i1 < n1; i1 += 1) {
      for (let i2 = 0; i2 < n2; i2 += 1) {
        let from = i0 * s0 + i1 * s1 + i2 * s2;
        for (let i3 = 0; i3 < n3; i3 += 1) {
          result[at] = values[from]!;
          at += 1;
          from += s3;
        }
      }
    }
  }
  return result;
}
