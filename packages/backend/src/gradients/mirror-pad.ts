import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

interface MirrorPadAttributes {
  paddings: [number, number][];
  mode: 'reflect' | 'symmetric';
}

/** tfjs cuts the borders of dy off; the values that were mirrored into them belong to the inside. */
const mirrorPadGradient = defineGradient<MirrorPadAttributes>({
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradient: (dy, _saved, { paddings, mode }) => ({
    x: () => paddings.reduce((folded, padding, axis) => foldAxis(folded, axis, padding, mode), dy),
  }),
});

export const mirrorPadGradients: readonly GradientEntry[] = [mirrorPadGradient];

/** Adds both borders of one axis, mirrored back, to the inside. */
function foldAxis(
  dy: tf.Tensor,
  axis: number,
  [before, after]: [number, number],
  mode: MirrorPadAttributes['mode'],
): tf.Tensor {
  if (before === 0 && after === 0) return dy;
  const outer = dy.shape.slice(0, axis).reduce((size, n) => size * n, 1);
  const inner = dy.shape.slice(axis + 1).reduce((size, n) => size * n, 1);
  const length = dy.shape[axis]! - before - after;
  const flat = tf.reshape(dy, [outer, dy.shape[axis]!, inner]) as tf.Tensor3D;
  const part = (start: number, count: number) => tf.slice(flat, [0, start, 0], [outer, count, inner]);
  // 'reflect' leaves the edge pixel itself out of the mirror image.
  const edge = mode === 'reflect' ? 1 : 0;
  const place = (mirrored: tf.Tensor3D, start: number) =>
    tf.pad(tf.reverse(mirrored, 1), [
      [0, 0],
      [start, length - start - mirrored.shape[1]],
      [0, 0],
    ]);
  let folded = part(before, length);
  if (before > 0) folded = folded.add(place(part(0, before), edge));
  if (after > 0) folded = folded.add(place(part(before + length, after), length - after - edge));
  const shape = dy.shape.map((n, i) => (i === axis ? length : n));
  return tf.reshape(folded, shape);
}
