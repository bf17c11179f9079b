import { selectBackend, type tf } from '@tintype/backend';
import { expect, test } from 'vitest';
import { createConv2d } from '../layers/conv2d.ts';
import { createGroupNorm } from '../layers/group-norm.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { constant } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { describeOnBackends } from '../testing/index.ts';
import { exportOnnx } from './export-onnx.ts';

async function exported(): Promise<Uint8Array> {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const conv = createConv2d(scope.child('conv'), {
    inChannels: 1,
    outChannels: 4,
    kernelSize: 1,
    initializer: constant(0.5),
    biasInitializer: constant(0.1),
  });
  const norm = createGroupNorm(scope.child('norm'), { groups: 2, channels: 4, activation: 'silu' });
  const run = (x: tf.Tensor4D) => norm(conv(x));
  const inputs = { x: { shape: ['batch', 2, 2, 1] } } as const;
  const file = await exportOnnx({ inputs, run: ({ x }) => run(x as tf.Tensor4D), parameters });
  dispose();
  return file;
}

describeOnBackends(
  'exportOnnx',
  () => {
    test('the file has the bytes that the CPU gives', async () => {
      const file = await exported();
      await selectBackend({ backend: 'cpu' });
      expect(await exported()).toEqual(file);
    });
  },
  { backends: ['webgpu'] },
);
