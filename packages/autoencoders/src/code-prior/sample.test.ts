import { createRandomStream, joinBatches, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { CodePrior } from './code-prior.ts';
import { defaultCodePriorConfig } from './config.ts';
import { type CodePriorSampleOptions, sampleCodePrior } from './sample.ts';
import { architectures, createTinyPrior } from './tiny-code-prior.test-support.ts';

const rng = createRandomStream(9);

/** Grids as lists of their codes. */
async function drawGrids(
  model: CodePrior,
  options: Partial<CodePriorSampleOptions> & { count: number },
): Promise<number[][]> {
  const grids = await joinBatches<tf.Tensor3D>(sampleCodePrior(model, { rng, ...options }));
  const [count, height, width] = grids.shape;
  const rows = (await grids.reshape<tf.Tensor2D>([count, height * width]).array()) as number[][];
  tf.dispose(grids);
  return rows;
}

/** A prior of 2 × 2 grids of four codes that gives the same odds whatever came before: 1 : 2 : 3 : 4. */
function createKnownPrior(odds: readonly number[] = [1, 2, 3, 4]): CodePrior {
  return {
    config: { ...defaultCodePriorConfig, height: 2, width: 2, codebookSize: odds.length },
    parameters: new Map(),
    logits: ({ shape: [batch, rows, width] }) =>
      tf.tidy(() => tf.tile(tf.log(tf.tensor4d([...odds], [1, 1, 1, odds.length])), [batch, rows, width, 1])),
    dispose: () => {},
  };
}

describeOnBackends('sampleCodePrior', () => {
  for (const architecture of architectures) {
    test(`${architecture}: sample i is the same grid in any batch, and no other sample's`, async () => {
      const model = createTinyPrior({ architecture });
      const all = await drawGrids(model, { count: 5 });
      expect(await drawGrids(model, { count: 5, batchSize: 2 })).toEqual(all);
      expect(await drawGrids(model, { count: 2, firstIndex: 3 })).toEqual(all.slice(3));
      expect(new Set(all.map(String)).size).toBe(5);
      expect(await drawGrids(model, { count: 5, rng: createRandomStream(10) })).not.toEqual(all);
      expect(all.flat().every((code) => Number.isInteger(code) && code >= 0 && code < 5)).toBe(true);
      model.dispose();
    });
  }

  test('codes come as often as their odds say, and at temperature ½ as often as the squares', async () => {
    const shareOf = async (temperature: number) => {
      const codes = (await drawGrids(createKnownPrior(), { count: 500, batchSize: 500, temperature })).flat();
      return [0, 1, 2, 3].map((code) => codes.filter((each) => each === code).length / codes.length);
    };
    // Of 2 000 draws a share of ½ deviates by 0.011 as a rule.
    const near = { rtol: 0, atol: 0.045 };
    expect(await shareOf(1)).toBeAllClose([0.1, 0.2, 0.3, 0.4], near);
    expect(await shareOf(0.5)).toBeAllClose([1 / 30, 4 / 30, 9 / 30, 16 / 30], near);
    expect(await shareOf(0)).toEqual([0, 0, 0, 1]);
  });

  test('a prior that knows the grid by heart gives it at any temperature', async () => {
    const grid = [2, 0, 3, 1];
    const known: CodePrior = {
      ...createKnownPrior(),
      logits: ({ shape: [batch, rows, width] }) =>
        tf.tidy(() => {
          const certain = tf.oneHot(tf.tensor1d(grid.slice(0, rows * width), 'int32'), 4).mul(1e4);
          return tf.tile(certain.reshape<tf.Tensor4D>([1, rows, width, 4]), [batch, 1, 1, 1]);
        }),
    };
    for (const temperature of [0, 1, 2]) {
      expect(await drawGrids(known, { count: 2, temperature })).toEqual([grid, grid]);
    }
  });

  test('sample i takes label i of those asked for, again from the first after the last', async () => {
    const asked: number[][] = [];
    const known = createKnownPrior();
    const model: CodePrior = {
      ...known,
      config: { ...known.config, numClasses: 2 },
      logits: (codes, labels) => {
        asked.push([...labels!.dataSync()]);
        return known.logits(codes);
      },
    };
    await drawGrids(model, { count: 3, firstIndex: 1, labels: [0, 1, -1] });
    expect(asked).toEqual(Array.from({ length: 4 }, () => [1, -1, 0]));
  });

  test('impossible options are refused before anything is drawn', async () => {
    const model = createTinyPrior({ numClasses: 2 });
    const refusal = (options: object) => sampleCodePrior(model, { rng, count: 1, ...options }).next();
    for (const temperature of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(refusal({ temperature })).rejects.toMatchObject({ code: 'E_CONFIG' });
    }
    await expect(refusal({ count: 0 })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(refusal({ labels: [2] })).rejects.toMatchObject({ code: 'E_LABEL' });
    model.dispose();
    const unconditional = createTinyPrior();
    const labelled = sampleCodePrior(unconditional, { rng, count: 1, labels: [0] });
    await expect(labelled.next()).rejects.toMatchObject({ code: 'E_LABEL' });
    unconditional.dispose();
  });

  test('nothing is left behind, also when the model is gone', async () => {
    const model = createTinyPrior();
    const draw = async () => {
      for await (const grids of sampleCodePrior(model, { rng, count: 2 })) grids.dispose();
    };
    await expectNoLeaks(draw);
    model.dispose();
    await expectNoLeaks(() => expect(draw()).rejects.toMatchObject({ code: 'E_DISPOSED' }));
  });
});
