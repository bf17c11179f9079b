import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createFilm, type Film } from './film.ts';

/** Samples that brighten: sample i at step s of `stepCount` has this level everywhere. */
const levelOf = (index: number, step: number) => (index + 1) / 10 + step / 100;

async function shoot(film: Film, { firstIndex, count, stepCount }: Record<string, number>): Promise<void> {
  for (let step = 1; step <= stepCount!; step += 1) {
    const levels = Array.from({ length: count! }, (_, i) => levelOf(firstIndex! + i, step));
    const images = tf.tidy(() => tf.tensor(levels).reshape([count!, 1, 1, 1]).tile([1, 2, 2, 1]));
    const frame = { firstIndex: firstIndex!, stepsDone: step, stepCount: stepCount! };
    await film.onStep({ ...frame, images: images as tf.Tensor4D, xStart: images as tf.Tensor4D });
    images.dispose();
  }
}

/** Every frame begins with its own block of control data. */
function framesOf(gif: Uint8Array): number {
  return [...gif].filter((byte, i) => byte === 0x21 && gif[i + 1] === 0xf9 && gif[i + 2] === 4).length;
}

describeOnBackends(
  'the film of a sampling',
  () => {
    test('shows the same in one batch and in several', async () => {
      const [whole, parted] = [
        createFilm({ count: 3, firstIndex: 4 }),
        createFilm({ count: 3, firstIndex: 4 }),
      ];
      await shoot(whole, { firstIndex: 4, count: 3, stepCount: 5 });
      await shoot(parted, { firstIndex: 4, count: 1, stepCount: 5 });
      await shoot(parted, { firstIndex: 5, count: 4, stepCount: 5 });
      expect(parted.encode()).toEqual(whole.encode());
      expect(framesOf(whole.encode().images)).toBe(5);
    });

    test('leaves out steps where there are many, never the last', async () => {
      const film = createFilm({ count: 1, firstIndex: 0 });
      await shoot(film, { firstIndex: 0, count: 1, stepCount: 90 });
      const last = createFilm({ count: 1, firstIndex: 0 });
      await shoot(last, { firstIndex: 0, count: 1, stepCount: 40 });
      expect(framesOf(film.encode().images)).toBe(40);
      expect(framesOf(last.encode().previews)).toBe(40);
    });

    test('another sample is another film', async () => {
      const [one, other] = [createFilm({ count: 1, firstIndex: 0 }), createFilm({ count: 1, firstIndex: 1 })];
      await shoot(one, { firstIndex: 0, count: 1, stepCount: 2 });
      await shoot(other, { firstIndex: 1, count: 1, stepCount: 2 });
      expect(one.encode().images).not.toEqual(other.encode().images);
    });
  },
  { backends: ['cpu'] },
);
