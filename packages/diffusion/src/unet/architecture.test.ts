import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { UNet2dConfig } from './config.ts';
import { createUNet2d } from './unet-2d.ts';

/** The CIFAR-10 net of Ho et al., as google/ddpm-cifar10-32 configures it. */
const cifar: UNet2dConfig = {
  imageSize: 32,
  channels: 3,
  blockOutChannels: [128, 256, 256, 256],
  downBlocks: ['plain', 'attention', 'plain', 'plain'],
  attentionHeadDim: null,
  dropout: 0.1,
  normEpsilon: 1e-6,
  downsamplePadding: 0,
  flipSinToCos: false,
  frequencyShift: 1,
};

const timeSize = 4 * 128;
const norm = (channels: number) => 2 * channels;
const conv = (from: number, to: number, kernelSize = 3) => kernelSize ** 2 * from * to + to;
const linear = (from: number, to: number) => from * to + to;
const attention = (channels: number) => norm(channels) + 4 * linear(channels, channels);
const resnet = (from: number, to: number) =>
  norm(from) +
  conv(from, to) +
  linear(timeSize, to) +
  norm(to) +
  conv(to, to) +
  (from === to ? 0 : conv(from, to, 1));

/** Parameters of each part, from the paper's description. */
const table: Readonly<Record<string, number>> = {
  conv_in: conv(3, 128),
  time_embedding: linear(128, timeSize) + linear(timeSize, timeSize),
  'down_blocks.0': 2 * resnet(128, 128) + conv(128, 128),
  'down_blocks.1': resnet(128, 256) + resnet(256, 256) + 2 * attention(256) + conv(256, 256),
  'down_blocks.2': 2 * resnet(256, 256) + conv(256, 256),
  'down_blocks.3': 2 * resnet(256, 256),
  mid_block: 2 * resnet(256, 256) + attention(256),
  'up_blocks.0': 3 * resnet(512, 256) + conv(256, 256),
  'up_blocks.1': 3 * resnet(512, 256) + conv(256, 256),
  'up_blocks.2': 2 * resnet(512, 256) + resnet(384, 256) + 3 * attention(256) + conv(256, 256),
  'up_blocks.3': resnet(384, 128) + 2 * resnet(256, 128),
  conv_norm_out: norm(128),
  conv_out: conv(128, 3),
};

describeOnBackends(
  'the architecture of the U-Net',
  () => {
    test('the CIFAR-10 net of Ho et al. has the 35,746,307 parameters of its table, with attention at 16×16 alone', () => {
      const model = createUNet2d(cifar, createRandomStream(0));
      const counts: Record<string, number> = {};
      for (const [name, { variable }] of model.parameters) {
        const part = name.match(/^(down_blocks|up_blocks)\.\d/)?.[0] ?? name.split('.')[0]!;
        counts[part] = (counts[part] ?? 0) + variable.size;
      }
      expect(counts).toEqual(table);
      expect(Object.values(counts).reduce((sum, each) => sum + each, 0)).toBe(35_746_307);
      const attentive = [...model.parameters.keys()].flatMap(
        (name) => name.match(/^.*(?=\.attentions\.)/) ?? [],
      );
      expect([...new Set(attentive)]).toEqual(['down_blocks.1', 'mid_block', 'up_blocks.2']);
      model.dispose();
    });

    test('a pixel sees its receptive field and no further; a coarser level widens it', () => {
      // conv_in, five residual blocks of two convolutions, conv_out: twelve pixels. Norms see the whole map, but not
      // where in it a dot stands.
      const oneLevel = outputByDistance(small);
      const beyond = oneLevel(14);
      expect(Math.abs(oneLevel(13) - beyond)).toBeLessThan(1e-6);
      expect(Math.abs(oneLevel(18) - beyond)).toBeLessThan(1e-6);
      for (const near of [4, 8]) expect(Math.abs(oneLevel(near) - beyond), `${near}`).toBeGreaterThan(2e-5);
      const twoLevels = outputByDistance({ ...small, blockOutChannels: [8, 8] });
      expect(Math.abs(twoLevels(14) - twoLevels(16))).toBeGreaterThan(5e-6);
    });
  },
  { backends: ['wasm'] },
);

const small: UNet2dConfig = {
  imageSize: 64,
  channels: 1,
  blockOutChannels: [8],
  layersPerBlock: 1,
  normGroups: 2,
  midBlockAttention: false,
};

/** What a net, its zero layers drawn too, says of the pixel at (24, 24) when a dot stands so many columns away. */
function outputByDistance(config: UNet2dConfig): (distance: number) => number {
  const rng = createRandomStream(7);
  const model = createUNet2d(config, rng);
  tf.tidy(() => {
    for (const [name, { variable }] of model.parameters)
      variable.assign(rng.fork(name).normal(variable.shape as [number], 0, 0.3));
  });
  return (distance) =>
    tf.tidy(() => {
      const dot = tf.oneHot(tf.tensor1d([24 * 64 + 24 + distance], 'int32'), 64 * 64);
      const image = dot.mul(10).reshape([1, 64, 64, 1]) as tf.Tensor4D;
      return model.predict(image, tf.tensor1d([5])).prediction.arraySync()[0]![24]![24]![0]!;
    });
}
