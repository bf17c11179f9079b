import { computeGradients, createRandomStream, tf } from '@tintype/core-tensor';
import { assertAllClose, describeOnBackends } from '@tintype/core-tensor/testing';
import { test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { vaeLoss } from './loss.ts';
import { describeVaeReference } from './reference.test-support.ts';
import { createVae } from './vae.ts';

describeVaeReference({ backends: ['webgpu'] });

/** What cpu computed; its block runs first, and finite differences hold it to account in loss.test.ts. */
const expected: Float32Array[] = [];

describeOnBackends(
  'a conditional, convolutional VAE',
  (backend) => {
    test('gives losses, codes, images and gradients that agree with cpu to 1e-4', async () => {
      const tensors = tf.tidy(lossesAndGradients);
      const values = (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
      tf.dispose(tensors);
      if (backend === 'cpu') expected.push(...values);
      values.forEach((value, i) => {
        assertAllClose(value, expected[i]!, { rtol: 1e-4, atol: 1e-6 });
      });
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

function lossesAndGradients(): tf.Tensor[] {
  const config = {
    ...defaultVaeConfig,
    imageSize: 4,
    architecture: 'conv',
    convChannels: [3],
    hiddenUnits: [5],
    latentDim: 2,
    numClasses: 3,
  } as const;
  const model = createVae(config, createRandomStream(1));
  const images = createRandomStream(2).uniform<tf.Rank.R4>([3, 4, 4, 1], -1, 1);
  const labels = tf.tensor1d([2, 0, 1], 'int32');
  const { losses, gradients } = computeGradients(
    () => ({ ...vaeLoss(model, images, createRandomStream(3), { labels }) }),
    model.parameters,
  );
  const { mu, logVar } = model.encode(images, labels);
  const decoded = model.decode(mu, labels);
  const named = [...model.parameters.keys()].map((name) => gradients[name]!);
  model.dispose();
  return [losses.total!, mu, logVar, decoded, ...named];
}
