import { expect, test } from 'vitest';
import { describeOnThreads } from '../testing/describe-on-threads.ts';
import { poisonMemory } from '../testing/poison-memory.ts';
import { tf } from '../tf.ts';
import { dropoutMask } from './dropout-mask.ts';
import { fillBits, fillNormals, fillUniforms, type RandomDraw } from './fill.ts';
import { randomBits, randomNormal, randomUniform } from './random.ts';

const keys = Uint32Array.of(42, 0, 0xffffffff, 7, 0, 0x80000000);
const key = keys.slice(2, 4);

const draws: RandomDraw[] = [
  { keys, counter: 0, count: 0 },
  { keys: new Uint32Array(), counter: 0, count: 5 },
  { keys, counter: 0, count: 1 },
  { keys, counter: 1, count: 1 },
  { keys, counter: 3, count: 1022 },
  { keys, counter: 1, count: 1023 },
  { keys, counter: 5, count: 1024 },
  { keys, counter: 0, count: 1025 },
  { keys: key, counter: 7, count: 50_176 },
  // The low word of the block passes 2³², at every place among four.
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((before) => ({ keys, counter: 2 ** 33 - before, count: 21 })),
  { keys: key, counter: 2 ** 52, count: 37 },
];

describeOnThreads('draws of the engine', () => {
  test.each(draws)('are the words, uniforms and normals of the host ($counter, $count)', async (draw) => {
    const size = (draw.keys.length / 2) * draw.count;
    for (const [onEngine, onHost, values] of [
      [randomBits, fillBits, new Int32Array(size)],
      [randomUniform, fillUniforms, new Float32Array(size)],
      [randomNormal, fillNormals, new Float32Array(size)],
    ] as const) {
      (onHost as (out: Int32Array | Float32Array, draw: RandomDraw) => void)(values, draw);
      poisonMemory(size);
      const tensor = onEngine(draw);
      expect(tensor.shape).toEqual([draw.keys.length / 2, draw.count]);
      expect(await tensor.data()).toEqual(values);
      tensor.dispose();
    }
  });

  test.each([0, 1, 3, 1024, 50_003])(
    'a dropout mask of %i uniforms is that of the plain operations',
    async (count) => {
      const uniforms = tf.reshape(randomUniform({ keys: key, counter: 0, count }), [count]);
      const expected = (await uniforms.data()).map((u) => (u >= Math.fround(0.3) ? Math.fround(1 / 0.7) : 0));
      poisonMemory(count);
      expect(await dropoutMask(uniforms, 0.3).data()).toEqual(expected);
    },
  );
});
