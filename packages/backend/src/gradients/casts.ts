import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry, zeroGradient } from './gradient-entry.ts';

/** A cast to whole numbers or truth values is constant almost everywhere; tfjs passes dy through as if x. */
const castGradient = defineGradient<{ dtype: tf.DataType }>({
  kernelName: 'Cast',
  gradient: (dy, _saved, { dtype }) => ({
    x: () => (dtype === 'float32' ? tf.cast(dy, 'float32') : zeroGradient(dy)),
  }),
});

export const castGradients: readonly GradientEntry[] = [castGradient];
