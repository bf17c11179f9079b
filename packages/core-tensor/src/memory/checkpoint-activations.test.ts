import { keepTape, tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createBatchNorm } from '../layers/batch-norm.ts';
import { dropout } from '../layers/dropout.ts';
import { createLinear } from '../layers/linear.ts';
import { computeGradients } from '../optimizers/compute-gradients.ts';
import { createParameters, type ParameterScope } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import { measurePeakBytes } from '../testing/measure-peak-bytes.ts';
import { checkpointActivations } from './checkpoint-activations.ts';
import { createCheckpointed } from './create-checkpointed.ts';

const features = 16;

/** Four blocks of two layers each, with dropout and a residual connection. */
function createNetwork(isCheckpointed: boolean, drop = 0.25) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const makeBlock = (at: ParameterScope) => {
    const sizes = { inFeatures: features, outFeatures: features };
    const [first, second] = [createLinear(at.child('a'), sizes), createLinear(at.child('b'), sizes)];
    return (x: tf.Tensor2D, rng: RandomStream): tf.Tensor2D => {
      const hidden = tf.tanh(first(x));
      return tf.add(x, second(tf.square(tf.sigmoid(dropout(hidden, drop, rng.fork(at.path))))));
    };
  };
  const blocks = Array.from({ length: 4 }, (_, i) =>
    createCheckpointed(scope.child(`block${i}`), isCheckpointed, makeBlock),
  );
  const forward = (x: tf.Tensor2D, rng = createRandomStream(2)) =>
    blocks.reduce((h, block) => block(h, rng), x);
  return { parameters, forward, dispose };
}

const images = () => createRandomStream(3).normal<tf.Rank.R2>([64, features]);

function gradientsOf(isCheckpointed: boolean, rng?: () => RandomStream): Map<string, string> {
  const { parameters, forward, dispose } = createNetwork(isCheckpointed);
  let result = new Map<string, string>();
  tf.tidy(() => {
    const x = images();
    const { losses, gradients } = computeGradients(
      () => ({ total: tf.square(forward(x, rng?.())).mean() as tf.Scalar }),
      parameters,
    );
    const all = { ...losses, ...gradients };
    result = new Map(Object.entries(all).map(([name, tensor]) => [name, tensor.dataSync().join()]));
  });
  dispose();
  return result;
}

describeOnBackends('checkpointActivations', () => {
  test('loss and gradients have the same bits as without, dropout included', () => {
    const plain = gradientsOf(false);
    expect(plain.size).toBe(17);
    expect(gradientsOf(true)).toEqual(plain);
    expect(gradientsOf(true, () => createRandomStream(9))).not.toEqual(plain);
  });

  test('a mask drawn anew in the second run gives other gradients', () => {
    let calls = 0;
    const forgetful = (): RandomStream => ({
      ...createRandomStream(2),
      fork: () => createRandomStream(`call ${calls++}`),
    });
    const plain = gradientsOf(false, forgetful);
    calls = 0;
    expect(gradientsOf(true, forgetful)).not.toEqual(plain);
  });

  test('the peak of memory is lower', async () => {
    const peak = async (isCheckpointed: boolean) => {
      const { parameters, forward, dispose } = createNetwork(isCheckpointed);
      const x = images();
      const bytes = await measurePeakBytes(() =>
        tf.tidy(
          () =>
            void computeGradients(() => ({ total: tf.square(forward(x)).mean() as tf.Scalar }), parameters),
        ),
      );
      x.dispose();
      dispose();
      return bytes;
    };
    expect(await peak(true)).toBeLessThan(0.6 * (await peak(false)));
  });

  test('nothing is left behind, also where the second run throws', async () => {
    const { parameters, forward, dispose } = createNetwork(true);
    const weight = parameters.get('block0.a.weight')!.variable;
    const x = images();
    const loss = () => ({ total: tf.square(forward(x)).mean() as tf.Scalar });
    await expectNoLeaks(() => tf.tidy(() => void computeGradients(loss, parameters)));
    await expectNoLeaks(() => {
      let runs = 0;
      const breakSecond = (h: tf.Tensor2D) => {
        runs += 1;
        const product = tf.matMul(h, weight as unknown as tf.Tensor2D);
        if (runs === 2) throw new Error('broken');
        return product;
      };
      const broken = () => ({
        total: tf.square(checkpointActivations(breakSecond, [forward(x)], [weight])).mean() as tf.Scalar,
      });
      expect(() => tf.tidy(() => void computeGradients(broken, parameters))).toThrow('broken');
      expect(runs).toBe(2);
    });
    x.dispose();
    dispose();
  });

  test('second derivatives are those of the plain block, which then runs once', () => {
    const penalty = (isCheckpointed: boolean) => {
      const { parameters, forward, dispose } = createNetwork(isCheckpointed, 0);
      const values = tf.tidy(() => {
        const x = images();
        const slope = () => tf.grad((input: tf.Tensor) => forward(input as tf.Tensor2D).sum())(x);
        const { gradients } = computeGradients(() => tf.square(slope()).mean() as tf.Scalar, parameters);
        return Object.entries(gradients).map(([name, tensor]) => [name, tensor.dataSync().join()]);
      });
      dispose();
      return values;
    };
    const plain = penalty(false);
    expect(plain.length).toBeGreaterThan(4);
    expect(penalty(true)).toEqual(plain);
  });

  test('it works on a kept tape, without a tape, and inside another checkpoint', () => {
    const run = (isCheckpointed: boolean) => {
      const { parameters, forward, dispose } = createNetwork(isCheckpointed);
      const variables = [...parameters.values()].map(({ variable }) => variable);
      const values = tf.tidy(() => {
        const x = images();
        const tape = keepTape(() => forward(x));
        const kept = tape.backpropagate(tf.onesLike(tape.output), variables).map((g) => g!.dataSync().join());
        const nested = () => checkpointActivations((h: tf.Tensor2D) => forward(h), [x], variables);
        const around = computeGradients(() => tf.sum(nested()) as tf.Scalar, parameters).gradients;
        return [kept, Object.values(around).map((g) => g.dataSync().join()), forward(x).dataSync().join()];
      });
      dispose();
      return values;
    };
    const plain = run(false);
    expect(plain[0]).toEqual(plain[1]);
    expect(run(true)).toEqual(plain);
  });

  test('batch norm moves its running statistics once', () => {
    const run = (isCheckpointed: boolean) => {
      const { scope, parameters, dispose } = createParameters(createRandomStream(1));
      const block = createCheckpointed(scope, isCheckpointed, (at) => {
        const norm = createBatchNorm(at, { channels: features });
        return (x: tf.Tensor2D) => tf.tanh(norm(x, { isTraining: true }));
      });
      tf.tidy(
        () => void computeGradients(() => tf.sum(tf.mul(block(images()), images())) as tf.Scalar, parameters),
      );
      const values = [...parameters].map(([name, { variable }]) => [name, variable.dataSync().join()]);
      dispose();
      return values;
    };
    expect(run(true)).toEqual(run(false));
    expect(Object.fromEntries(run(true)).num_batches_tracked).toBe('1');
  });

  test('a variable that the block does not use is refused; an input may be unused or come back as it is', () => {
    const { parameters, dispose } = createNetwork(true);
    const weight = parameters.get('block0.a.weight')!.variable;
    tf.tidy(() => {
      const loss = () =>
        tf.sum(
          tf.mul(
            checkpointActivations((x) => tf.square(x), [tf.ones([2])], [weight]),
            weight.sum(),
          ),
        ) as tf.Scalar;
      expect(() => computeGradients(loss, parameters)).toThrow(/does not depend on the variable/);
      const same = tf.grad((x) => checkpointActivations((a, _b) => a, [x, tf.scalar(2)], []).mul(3))(
        tf.scalar(1),
      );
      expect(same.dataSync()[0]).toBe(3);
    });
    dispose();
  });
});
