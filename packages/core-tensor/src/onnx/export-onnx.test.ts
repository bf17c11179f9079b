import { tf } from '@tintype/backend';
import { expect, test } from 'vitest';
import { createConv2d } from '../layers/conv2d.ts';
import { createGroupNorm } from '../layers/group-norm.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { describeOnBackends } from '../testing/index.ts';
import { exportOnnx } from './export-onnx.ts';
import { runOnnx } from './run-onnx.test-support.ts';

describeOnBackends('exportOnnx', () => {
  test('smoke', async () => {
    const rng = createRandomStream(1);
    const { scope, parameters } = createParameters(rng);
    const conv = createConv2d(scope.child('conv'), {
      inChannels: 3,
      outChannels: 4,
      kernelSize: 3,
      padding: 1,
    });
    const norm = createGroupNorm(scope.child('norm'), { groups: 2, channels: 4, activation: 'silu' });
    const run = (x: tf.Tensor4D) => tf.tidy(() => norm(conv(x)));
    const file = await exportOnnx({
      inputs: { x: { shape: ['batch', 4, 5, 3] } },
      run: ({ x }) => run(x as tf.Tensor4D),
      parameters,
    });
    for (const batch of [1, 3]) {
      const x = rng.normal<tf.Rank.R4>([batch, 4, 5, 3]);
      expect((await runOnnx(file, { x })).output).toBeAllClose(run(x));
    }
  });
});
