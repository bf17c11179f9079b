import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

interface DepthToSpaceAttributes {
  blockSize: number;
  dataFormat: 'NHWC' | 'NCHW';
}

/** The adjoint of moving channels into blocks is moving the blocks back into channels. */
const depthToSpaceGradient = defineGradient<DepthToSpaceAttributes>({
  kernelName: 'DepthToSpace',
  gradient: (dy, _saved, { blockSize, dataFormat }) => ({
    x: () => {
      if (dataFormat === 'NHWC') return spaceToDepth(dy, blockSize);
      return tf.transpose(spaceToDepth(tf.transpose(dy, [0, 2, 3, 1]), blockSize), [0, 3, 1, 2]);
    },
  }),
});

export const depthToSpaceGradients: readonly GradientEntry[] = [depthToSpaceGradient];

/** [batch, h·s, w·s, c] → [batch, h, w, s·s·c] */
function spaceToDepth(x: tf.Tensor, blockSize: number): tf.Tensor {
  const [batch, tall, wide, channels] = x.shape as [number, number, number, number];
  const height = tall / blockSize;
  const width = wide / blockSize;
  return x
    .reshape([batch * height, blockSize, width, blockSize * channels])
    .transpose([0, 2, 1, 3])
    .reshape([batch, height, width, blockSize * blockSize * channels]);
}
