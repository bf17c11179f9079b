import { type ParameterScope, type ParameterTree, selectParameters, tf, zeros } from '@tintype/core-tensor';
import type { DecoderNetwork } from '../networks/decoder-network.ts';
import type { AutoencoderConfig } from './config.ts';

/**
 * The encoder's weights [in, out] in reverse order and transposed, with biases `layers.<i>.0.bias` of its own; ReLU after
 * every layer but the last. Pixels come out in H, W, C order, in which the encoder reads them.
 */
export function createTiedDecoder(
  scope: ParameterScope,
  { imageSize, channels }: AutoencoderConfig,
  encoderParameters: ParameterTree,
): DecoderNetwork {
  const layers = [...selectParameters(encoderParameters, 'encoder')]
    .filter(([name]) => name.endsWith('.weight'))
    .reverse()
    .map(([, { variable }], index) => ({
      weight: variable as tf.Tensor as tf.Tensor2D,
      bias: scope.create(`layers.${index}.0.bias`, [variable.shape[0]!], { initializer: zeros() }),
    }));

  return (codes) =>
    tf.tidy(() => {
      const flat = layers.reduce((x, { weight, bias }, index) => {
        const y = tf.matMul(x, weight, false, true).add<tf.Tensor2D>(bias); // [b, in of the encoder's layer]
        return index < layers.length - 1 ? y.relu() : y;
      }, codes);
      return flat.reshape<tf.Tensor4D>([-1, imageSize, imageSize, channels]);
    });
}
