import { createParameters, createRandomStream, type ParameterTree, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createDecoderNetwork } from './decoder-network.ts';
import { createEncoderNetwork } from './encoder-network.ts';

const config = {
  imageSize: 4,
  channels: 1,
  architecture: 'conv',
  convChannels: [3, 2],
  hiddenUnits: [],
} as const;

describeOnBackends(
  'the networks of autoencoder and VAE',
  () => {
    test('a convolutional encoder is two halving convolutions of pixels in [0, 1], each with its ReLU', () => {
      const { scope, parameters, dispose } = createParameters(createRandomStream(1));
      const network = createEncoderNetwork(scope, config);
      const images = createRandomStream(2).uniform<tf.Rank.R4>([3, 4, 4, 1], -1, 1);
      const { weight, bias } = readers(parameters);
      let maps: tf.Tensor4D = images.add(1).div(2);
      for (const name of ['convs.0', 'convs.1']) {
        const padded = tf.pad(maps, [[0, 0], [1, 1], [1, 1], [0, 0]]); // biome-ignore format: one side each
        maps = tf.conv2d(padded, weight(name), 2, 'valid').add(bias(name)).relu();
      }
      expect(network.features(images)).toBeAllClose(maps.reshape([3, 2]));
      expect(network.size).toBe(2);
      dispose();
    });

    test('a convolutional decoder mirrors it, and its last layer is linear', () => {
      const { scope, parameters, dispose } = createParameters(createRandomStream(1));
      const decode = createDecoderNetwork(scope, config, 5);
      const codes = createRandomStream(3).normal<tf.Rank.R2>([3, 5]);
      const { weight, bias } = readers(parameters);
      const first = weight('layers.0.0') as tf.Tensor as tf.Tensor2D;
      const maps = tf.matMul(codes, first).add(bias('layers.0.0')).relu().reshape<tf.Tensor4D>([3, 1, 1, 2]);
      const hidden = tf
        .conv2dTranspose(maps, weight('convs.0'), [3, 2, 2, 3], 2, 'same')
        .add<tf.Tensor4D>(bias('convs.0'))
        .relu<tf.Tensor4D>();
      const expected = tf
        .conv2dTranspose(hidden, weight('convs.1'), [3, 4, 4, 1], 2, 'same')
        .add(bias('convs.1'));
      expect(decode(codes)).toBeAllClose(expected);
      expect(expected.min().dataSync()[0]).toBeLessThan(0);
      dispose();
    });
  },
  { backends: ['cpu'] },
);

function readers(parameters: ParameterTree) {
  const read = (name: string) => parameters.get(name)!.variable as tf.Tensor;
  return {
    weight: (name: string) => read(`${name}.weight`) as tf.Tensor4D,
    bias: (name: string) => read(`${name}.bias`),
  };
}
