import { createRandomStream, decodeSafetensors, parseSafetensorsHeader, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { takeImages } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { beforeAll, expect, test } from 'vitest';
import { encodeFeatureNetwork } from './encode-feature-network.ts';
import { featureNetworkRecipes } from './feature-network-recipes.ts';
import { measureAccuracy } from './measure-accuracy.ts';
import { trainFeatureNetwork } from './train-feature-network.ts';

const { settings, load } = featureNetworkRecipes.mnist;
const files = createPackageDataFiles();
let digits: Awaited<ReturnType<typeof load>>;

beforeAll(async () => {
  digits = takeImages(await load(files, 'test'), 400);
});

async function train(steps: number, seed = 0, signal?: AbortSignal) {
  const losses: number[] = [];
  const network = await trainFeatureNetwork({
    dataset: digits,
    settings: { ...settings, steps, batchSize: 32 },
    rng: createRandomStream(seed),
    onProgress: (_, loss) => losses.push(loss),
    ...(signal && { signal }),
  });
  return { network, losses };
}

describeOnBackends(
  'trainFeatureNetwork',
  () => {
    test('learns: it reads what it has seen far better than by chance', async () => {
      const before = tf.memory().numTensors;
      const { network, losses } = await train(100);
      expect(losses).toHaveLength(2);
      expect(losses[1]).toBeLessThan(losses[0]!);
      expect(await measureAccuracy(network, digits)).toBeGreaterThan(0.7);
      network.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    test('the file is a function of the seed, in PyTorch layouts, with the facts in its metadata', async () => {
      const bytesOf = async (seed: number) => {
        const { network } = await train(3, seed);
        const bytes = await encodeFeatureNetwork(network, {
          data: 'mnist',
          seed: 0,
          steps: 3,
          accuracy: 0.5,
        });
        network.dispose();
        return bytes;
      };
      const bytes = await bytesOf(0);
      expect(Buffer.compare(await bytesOf(0), bytes)).toBe(0);
      expect(Buffer.compare(await bytesOf(1), bytes)).not.toBe(0);
      expect(Object.fromEntries(parseSafetensorsHeader(bytes).metadata)).toEqual({
        format: 'pt',
        data: 'mnist',
        seed: '0',
        steps: '3',
        accuracy: '0.5',
        libraryVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      });
      const shapes = [...decodeSafetensors(bytes)].map(([name, { shape }]) => `${name} ${shape.join('x')}`);
      expect(shapes.sort()).toEqual([
        'conv1.bias 16',
        'conv1.weight 16x1x3x3',
        'conv2.bias 32',
        'conv2.weight 32x16x3x3',
        'conv3.bias 64',
        'conv3.weight 64x32x3x3',
        'linear1.bias 64',
        'linear1.weight 64x1024',
        'linear2.bias 10',
        'linear2.weight 10x64',
      ]);
    });

    test('an aborted training frees what it made', async () => {
      const before = tf.memory().numTensors;
      await expect(train(10, 0, AbortSignal.abort())).rejects.toMatchObject({ code: 'E_ABORTED' });
      expect(tf.memory().numTensors).toBe(before);
    });
  },
  { backends: ['wasm'] },
);
