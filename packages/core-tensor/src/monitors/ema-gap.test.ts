import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEma } from '../optimizers/create-ema.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { lastVerdict, testMonitor } from './check-monitor.test-support.ts';
import { createEmaGapMonitor as create, type EmaGapOptions } from './ema-gap.ts';

let options: EmaGapOptions;

beforeAll(async () => {
  await selectBackend({ backend: 'wasm' });
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([3, 4])));
  const parameters: ParameterTree = new Map([['w', { variable, isTrainable: true, layout: 'plain' }]]);
  options = { parameters, ema: createEma(parameters, { emaDecay: 0.9 }) };
});

/** Weights that walked from [3, 0] to [0, 4] in so many steps, and their average with this decay. */
async function walked<T>(
  emaDecay: number,
  steps: number,
  use: (options: EmaGapOptions) => Promise<T>,
): Promise<T> {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([3, 0])));
  const parameters: ParameterTree = new Map([['w', { variable, isTrainable: true, layout: 'plain' }]]);
  const ema = createEma(parameters, { emaDecay, warmUp: 'none' });
  for (let step = 1; step <= steps; step++) {
    const t = step / steps;
    tf.tidy(() => variable.assign(tf.tensor1d([3 * (1 - t), 4 * t])));
    ema.update();
  }
  const result = await use({ ema, parameters });
  ema.dispose();
  variable.dispose();
  return result;
}

describe('the ema-gap monitor', () => {
  testMonitor('ema-gap', (given: object) => create({ ...options, ...given }), {});

  test('an average that stayed where it began is reported with its distance, one that follows is not', async () => {
    const verdict = await walked(0.99999, 100, (given) => lastVerdict(create(given), 2));
    expect(verdict?.verdict).toBe('ema-gap');
    // The first update copies the weights of that moment.
    expect(verdict!.evidence.distance).toBeCloseTo(Math.hypot(2.97, 3.96) / 4, 2);
    expect(await walked(0.9, 100, (given) => lastVerdict(create(given), 2))).toBeUndefined();
  });

  test('an average that scores worse is reported although it is near, and the weights are put back', async () => {
    const check = (worse: number) =>
      walked(0.9, 100, async ({ ema, parameters }) => {
        const { variable } = parameters.get('w')!;
        const raw = variable.arraySync();
        // 1 with the raw weights, `worse` with any others.
        const score = () =>
          tf.tidy(() => tf.where(variable.equal(tf.tensor1d(raw as number[])).all(), 1, worse) as tf.Scalar);
        const verdict = await lastVerdict(create({ ema, parameters, score }), 2);
        expect(variable.arraySync()).toEqual(raw);
        return verdict;
      });
    expect((await check(3))?.evidence.scoreRatio).toBe(3);
    expect(await check(1.5)).toBeUndefined();
  });

  test('the weights are put back when the score fails', async () => {
    await walked(0.9, 10, async ({ ema, parameters }) => {
      let calls = 0;
      const score = () => {
        if (++calls === 2) throw new Error('no score');
        return tf.scalar(1);
      };
      await expect(create({ ema, parameters, score }).check({} as never)).rejects.toThrow();
      const { variable } = parameters.get('w')!;
      expect(variable.dataSync()[1]).toBe(4);
      ema.update();
    });
  });

  test('an average of nothing that is trained is refused', async () => {
    await walked(0.9, 1, async ({ ema }) => {
      await expect(lastVerdict(create({ ema, parameters: new Map() }), 1)).rejects.toThrow(
        /none of the trainable/,
      );
    });
  });
});
