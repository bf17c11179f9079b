import { computeGradients, createRandomStream, tf } from '@tintype/core-tensor';
import { assertAllClose, describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { codePriorLoss } from './loss.ts';
import { architectures, createTinyPrior } from './tiny-code-prior.test-support.ts';

type Readings = Map<string, Float32Array>;

/** What cpu computed; its block runs first. */
const references = new Map<string, Readings>();

describeOnBackends(
  'code prior',
  (backend) => {
    for (const architecture of architectures) {
      test(`${architecture}: loss and gradients agree with cpu to 1e-4`, async () => {
        const readings = await lossAndGradients(architecture);
        const expected = references.get(architecture);
        if (backend === 'cpu') references.set(architecture, readings);
        else {
          expect([...readings.keys()]).toEqual([...expected!.keys()]);
          for (const [name, values] of readings) {
            assertAllClose(values, expected!.get(name)!, { rtol: 1e-4, atol: 1e-5 });
          }
        }
      });
    }
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

async function lossAndGradients(architecture: (typeof architectures)[number]): Promise<Readings> {
  const model = createTinyPrior({ architecture, numClasses: 2, layers: 1 });
  const codes = createRandomStream(2).integers<tf.Rank.R3>([2, 3, 3], 0, 5);
  const labels = tf.tensor1d([1, -1], 'int32');
  const { losses, gradients } = computeGradients(() => codePriorLoss(model, codes, labels), model.parameters);
  const all = Object.entries({ ...gradients, total: losses.total });
  const readings = await Promise.all(
    all.map(async ([name, tensor]) => [name, (await tensor.data()) as Float32Array] as const),
  );
  tf.dispose([codes, labels, ...all.map(([, tensor]) => tensor)]);
  model.dispose();
  return new Map(readings);
}
