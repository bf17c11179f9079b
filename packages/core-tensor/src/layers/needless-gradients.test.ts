import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { computeGradients } from '../optimizers/compute-gradients.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { selectParameters } from '../parameters/select-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createConv2d } from './conv2d.ts';

const names = ['Conv2DBackpropInput', 'Conv2DBackpropFilter'] as const;

describeOnBackends('gradients of a stack of convolutions', () => {
  /** How often the gradient kernels run: [by input, by filter]. */
  async function count(run: () => unknown): Promise<number[]> {
    const { kernels } = await tf.profile(() => {
      tf.tidy(() => void run());
      return [];
    });
    return names.map((name) => kernels.filter((kernel) => kernel.name === name).length);
  }

  test('images get none, and neither do weights that are not asked for', async () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(1));
    const sizes = { kernelSize: 3, padding: 1, outChannels: 4 };
    const first = createConv2d(scope.child('first'), { ...sizes, inChannels: 1 });
    const middle = createConv2d(scope.child('middle'), { ...sizes, inChannels: 4 });
    const last = createConv2d(scope.child('last'), { ...sizes, inChannels: 4 });
    const images = tf.ones<tf.Rank.R4>([2, 6, 6, 1]);
    const loss = (x: tf.Tensor) => last(middle(first(x as tf.Tensor4D))).sum() as tf.Scalar;
    const by = (path: string) =>
      count(() => computeGradients(() => loss(images), selectParameters(parameters, path)));
    expect(await by('')).toEqual([2, 3]);
    expect(await by('first')).toEqual([2, 1]);
    expect(await by('last')).toEqual([0, 1]);
    // Where the images are asked for, theirs is computed.
    expect(await count(() => tf.grad(loss)(images))).toEqual([3, 0]);
    images.dispose();
    dispose();
  });
});
