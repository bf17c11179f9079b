import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createBatchNorm } from '../layers/batch-norm.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { normal } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { type RowRange, rowsOfStream } from '../random/rows-of-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import '../testing/to-be-all-close.ts';
import { accumulateGradients } from './accumulate-gradients.ts';
import { computeGradients } from './compute-gradients.ts';

const coded = (code: string) => expect.objectContaining({ code });

/** ŷ = tanh(x·w + noise) against y: a mean over samples, with noise drawn inside the loss. */
function createRegression() {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const weight = scope.create('weight', [3, 2], { initializer: normal(0.5) });
  const unused = scope.create('unused', [1], { initializer: normal(1) });
  const stream = createRandomStream(2);
  const batch = {
    x: stream.normal<tf.Rank.R2>([7, 3]),
    y: stream.normal<tf.Rank.R2>([7, 2]),
  };
  const seen: number[] = [];
  const compute = (slice: typeof batch, rows: RowRange, cut = true) => {
    seen.push(rows.count);
    const rng = cut ? rowsOfStream(stream.fork('noise'), rows) : stream.fork('noise');
    return computeGradients(() => {
      const noise = rng.normal<tf.Rank.R2>([rows.count, 2]);
      const error = tf.sub(
        tf.tanh(tf.add(tf.matMul(slice.x, weight as unknown as tf.Tensor2D), noise)),
        slice.y,
      );
      return { total: tf.square(error).mean() as tf.Scalar, bias: error.mean() as tf.Scalar };
    }, parameters);
  };
  const free = () => {
    tf.dispose(batch);
    dispose();
  };
  return { batch, compute, seen, unused, free };
}

describeOnBackends('accumulateGradients', () => {
  test.each([2, 3, 7, 100])(
    'in %d slices gives the gradients and losses of the whole batch',
    (accumulate) => {
      const { batch, compute, seen, free } = createRegression();
      tf.tidy(() => {
        const whole = accumulateGradients(batch, 1, compute);
        expect(seen.splice(0)).toEqual([7]);
        const sliced = accumulateGradients(batch, accumulate, compute);
        expect(seen.length).toBe(Math.min(accumulate, 7));
        expect(seen.reduce((sum, count) => sum + count)).toBe(7);
        expect(Object.keys(sliced.gradients)).toEqual(['weight']);
        expect(sliced.gradients.weight!).toBeAllClose(whole.gradients.weight!, { rtol: 1e-6 });
        expect(sliced.losses.total).toBeAllClose(whole.losses.total, { rtol: 1e-6 });
        expect(sliced.losses.bias!).toBeAllClose(whole.losses.bias!, { rtol: 1e-5, atol: 1e-7 });
      });
      free();
    },
  );

  test('unweighted slices of unequal size, or noise that starts anew in each, give other numbers', () => {
    const { batch, compute, free } = createRegression();
    tf.tidy(() => {
      const whole = accumulateGradients(batch, 1, compute).gradients.weight!;
      const anew = accumulateGradients(batch, 3, (slice, rows) => compute(slice, rows, false));
      expect(anew.gradients.weight!).not.toBeAllClose(whole, { rtol: 1e-3 });
      let slices = 0;
      const unweighted = accumulateGradients(batch, 3, (slice, rows) => {
        slices += 1;
        const { losses, gradients } = compute(slice, rows);
        return { losses, gradients: { weight: gradients.weight!.mul(7 / (3 * rows.count)) } };
      });
      expect(slices).toBe(3);
      expect(unweighted.gradients.weight!).not.toBeAllClose(whole, { rtol: 1e-3 });
    });
    free();
  });

  test('one slice lives at a time and nothing is left behind', async () => {
    const { batch, compute, free } = createRegression();
    const counts: number[] = [];
    await expectNoLeaks(() => {
      const { losses, gradients } = accumulateGradients(batch, 7, (slice, rows) => {
        counts.push(tf.memory().numTensors);
        return compute(slice, rows);
      });
      tf.dispose([losses, gradients]);
    });
    // From the second slice on the sums of the first are there, and no more with each.
    expect(new Set(counts.slice(1, 7)).size).toBe(1);
    await expectNoLeaks(() =>
      expect(() =>
        accumulateGradients(batch, 2, (slice, rows) => {
          if (rows.first > 0) throw new Error('broken');
          return compute(slice, rows);
        }),
      ).toThrow('broken'),
    );
    free();
  });

  test('batch norm normalises each slice by itself, and moves its running statistics with each', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(1));
    const norm = createBatchNorm(scope, { channels: 2 });
    const x = createRandomStream(3).normal<tf.Rank.R2>([8, 2]);
    const run = (accumulate: number) =>
      tf.tidy(
        () =>
          accumulateGradients({ x }, accumulate, (slice) =>
            computeGradients(() => {
              const y = norm(slice.x, { isTraining: true });
              return { total: tf.mul(tf.square(y), slice.x).mean() as tf.Scalar };
            }, parameters),
          ).losses.total.dataSync()[0]!,
      );
    const tracked = () => parameters.get('num_batches_tracked')!.variable.dataSync()[0];
    const whole = run(1);
    expect(tracked()).toBe(1);
    expect(Math.abs(run(4) - whole)).toBeGreaterThan(1e-3);
    expect(tracked()).toBe(5);
    x.dispose();
    dispose();
  });

  test('impossible counts and batches of unequal tensors are refused', () => {
    const { batch, compute, free } = createRegression();
    for (const accumulate of [0, -1, 1.5, Number.NaN]) {
      expect(() => accumulateGradients(batch, accumulate, compute)).toThrow(coded('E_CONFIG'));
    }
    tf.tidy(() => {
      const uneven = { ...batch, y: tf.zeros<tf.Rank.R2>([6, 2]) };
      expect(() => accumulateGradients(uneven, 2, compute)).toThrow(
        /accumulateGradients: y.*got 6, expected 7/,
      );
    });
    expect(() => accumulateGradients({}, 2, compute as never)).toThrow(coded('E_SHAPE'));
    free();
  });
});
