import { tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { assertBatchInvariant, assertImages, type CreateGenerator } from './describe-generator.ts';

/** Images that are functions of their index alone, plus what `spoil` adds from the batch. */
const generator =
  (spoil: (place: number, count: number) => number = () => 0, scale = 0.5): CreateGenerator =>
  () => ({
    generate: ({ firstIndex, count }) =>
      tf.tidy(() => {
        const values = Array.from(
          { length: count },
          (_, i) => scale * Math.sin(firstIndex + i) + spoil(i, count),
        );
        return tf.tensor4d(values, [count, 1, 1, 1]);
      }),
    dispose: () => {},
  });

beforeAll(() => tf.setBackend('cpu'));

describe('the checks of a generator', () => {
  test('one that draws by index passes', async () => {
    await assertBatchInvariant(generator(), 4, 0);
    await assertImages(generator(), 4);
  });

  test('one that draws by place in the batch, or that sees the batch size, is found', async () => {
    await expect(
      assertBatchInvariant(
        generator((place) => place / 100),
        4,
        0,
      ),
    ).rejects.toThrow('sample 1');
    await expect(
      assertBatchInvariant(
        generator((_, count) => count / 100),
        4,
        0,
      ),
    ).rejects.toThrow('alone');
  });

  test('images out of range, not finite or all alike are found', async () => {
    await expect(
      assertImages(
        generator(() => 1),
        4,
      ),
    ).rejects.toThrow('[-1, 1]');
    await expect(
      assertImages(
        generator(() => Number.NaN),
        4,
      ),
    ).rejects.toThrow('[-1, 1]');
    await expect(
      assertImages(
        generator(() => 0, 0),
        4,
      ),
    ).rejects.toThrow('sample 1');
  });
});
