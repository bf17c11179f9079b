import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { sampleBatches } from './sample-batches.ts';

describeOnBackends('sampleBatches', () => {
  test('batches follow one another and add up to the count', async () => {
    const asked: number[][] = [];
    const options = { count: 7, firstIndex: 5, batchSize: 3 };
    for await (const images of sampleBatches(options, (first, count) => {
      asked.push([first, count]);
      return tf.zeros([count, 1, 1, 1]);
    })) {
      images.dispose();
    }
    expect(asked).toEqual([
      [5, 3],
      [8, 3],
      [11, 1],
    ]);
  });

  test.each([
    { count: 0 },
    { count: 2.5 },
    { count: Number.NaN },
    { count: 1, firstIndex: -1 },
    { count: 1, batchSize: 0 },
  ])('%j is refused before anything is made', async (options) => {
    const refuse = () => {
      throw new Error('nothing may be made');
    };
    await expect(sampleBatches(options, refuse).next()).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
