import { createConv2d, type ParameterScope, tf } from '@tintype/core-tensor';

/** [b, h, w, channels] → [b, h, w, channels]. */
export type ResidualStack = (x: tf.Tensor4D) => tf.Tensor4D;

/**
 * `layers` times x + conv1×1(relu(conv3×3(relu(x)))), then a ReLU (van den Oord et al. 2017, §4.1).
 * Parameters: `residuals.<i>.conv1` and `residuals.<i>.conv2`.
 */
export function createResidualStack(scope: ParameterScope, channels: number, layers: number): ResidualStack {
  const same = { inChannels: channels, outChannels: channels };
  const blocks = Array.from({ length: layers }, (_, index) => {
    const block = scope.child(`residuals.${index}`);
    const conv1 = createConv2d(block.child('conv1'), { ...same, kernelSize: 3, padding: 1 });
    const conv2 = createConv2d(block.child('conv2'), { ...same, kernelSize: 1 });
    return (x: tf.Tensor4D): tf.Tensor4D => x.add(conv2(conv1(x.relu()).relu()));
  });
  return (x) => tf.tidy(() => blocks.reduce((y, block) => block(y), x).relu());
}
