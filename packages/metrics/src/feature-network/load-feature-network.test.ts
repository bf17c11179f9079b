import { readFileSync } from 'node:fs';
import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import {
  createImageDataset,
  gatherImages,
  type ImageDataset,
  loadMnist,
  takeImages,
} from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { beforeAll, expect, test } from 'vitest';
import { classify } from '../features/collect-readings.ts';
import type { FeatureNetworkName } from './feature-network-recipes.ts';
import { goldenReadings } from './golden-readings.test-support.ts';
import { loadFeatureNetwork } from './load-feature-network.ts';
import { networkInFloat64 } from './network-in-float64.test-support.ts';
import { shippedNetworks } from './shipped-networks.ts';

const weights = new URL('../../weights/', import.meta.url);
const names = Object.keys(shippedNetworks) as FeatureNetworkName[];
const files = createPackageDataFiles();
const held = new Map<FeatureNetworkName, ImageDataset>();

beforeAll(async () => {
  held.set('mnist', takeImages(await loadMnist({ files, split: 'test' }), 500));
  held.set('fashion-mnist', await clothes([1, 9]));
});

describeOnBackends('loadFeatureNetwork', () => {
  test.each(names)(
    '%s: its readings are those of PyTorch layouts in float64, and the golden ones',
    async (name) => {
      const network = await loadFeatureNetwork(name);
      const image = gatherImages(held.get(name)!, [0]);
      const pixels = (await image.data()) as Float32Array;
      const { features, logits } = network.read!(image);
      const expected = networkInFloat64(readFileSync(new URL(`${name}.safetensors`, weights)), pixels);
      await expect(features).toBeAllClose(expected.features, { rtol: 1e-5, atol: 1e-5 });
      await expect(logits).toBeAllClose(expected.logits, { rtol: 1e-5, atol: 1e-5 });
      const golden = goldenReadings[name];
      const first = features.slice([0, 0], [1, golden.features.length]);
      await expect(first).toBeAllClose(golden.features, { rtol: 0, atol: 1e-4 });
      await expect(logits).toBeAllClose(golden.logits, { rtol: 0, atol: 1e-4 });
      expect(Math.max(...golden.features)).toBeGreaterThan(0.1);
      network.dispose();
      tf.dispose([image, first, features, logits]);
    },
  );

  test('features and logits by themselves are those of one pass, and nothing is left behind', async () => {
    const before = tf.memory().numTensors;
    const network = await loadFeatureNetwork('mnist');
    const image = gatherImages(held.get('mnist')!, [3, 4]);
    const { features, logits } = network.read!(image);
    const [alone, classes] = [network.features(image), network.logits(image)];
    expect(features.shape).toEqual([2, network.dimension]);
    expect(await alone.data()).toEqual(await features.data());
    expect(await classes.data()).toEqual(await logits.data());
    tf.dispose([image, features, logits, alone, classes]);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeOnBackends(
  'the shipped networks',
  () => {
    test.each([
      ['mnist', 'FID-LeNet', 0.98],
      ['fashion-mnist', 'FID-LeNet-Fashion', 0.9],
    ] as const)('%s reads 500 test images, and says who it is', async (name, scoreName, floor) => {
      const dataset = held.get(name)!;
      const network = await loadFeatureNetwork(name);
      expect(network).toMatchObject({ scoreName, dimension: 64 });
      expect(network.hash).toBe(shippedNetworks[name].sha256.slice(0, 16));
      const read = await classify(network, [gatherImages(dataset, [...Array(500).keys()])]);
      const right = read.labels.filter((label, i) => label === dataset.labels![i]).length;
      expect(right / 500).toBeGreaterThan(floor);
      network.dispose();
    });

    test('class names are those of the data', () => {
      expect(shippedNetworks.mnist.classNames).toEqual(held.get('mnist')!.classNames);
      const { classNames } = shippedNetworks['fashion-mnist'];
      expect([classNames.length, classNames[1], classNames[9]]).toEqual([10, 'trouser', 'ankle boot']);
    });

    test('images of another size or in colour are refused with what to do', async () => {
      const network = await loadFeatureNetwork('mnist');
      const read = (...shape: [number, number, number, number]) => {
        const images = tf.zeros(shape) as tf.Tensor4D;
        try {
          tf.dispose(network.features(images));
        } finally {
          images.dispose();
        }
      };
      expect(() => read(2, 32, 32, 1)).toThrow(
        /one size.*\[2, 32, 32, 1\].*resizeBatches.*createFeatureModel/s,
      );
      expect(() => read(2, 28, 28, 3)).toThrow(/grey images.*\[2, 28, 28, 3\].*createFeatureModel/s);
      expect(() => read(2, 28, 28, 1)).not.toThrow();
      network.dispose();
    });
  },
  { backends: ['wasm'] },
);

/** 250 test images of each of these classes of Fashion-MNIST, whose loader reads all ten files. */
async function clothes(labels: readonly number[]): Promise<ImageDataset> {
  const images: number[][] = [];
  for (const label of labels) {
    const text = new TextDecoder().decode(await files.read(`fashion-mnist/src/clothes/${label}.json`));
    images.push(...(JSON.parse(text).data as number[][]).slice(-1000, -750));
  }
  return createImageDataset({
    name: 'clothes',
    height: 28,
    width: 28,
    channels: 1,
    values: Uint8Array.from(images.flat()),
    labels: images.map((_, i) => labels[Math.floor(i / 250)]!),
  });
}
