import { describe, expect, test } from 'vitest';
import { closeBackend } from '../device/close-backend.ts';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { expectAllClose } from '../testing/expect-all-close.ts';
import { tf } from '../tf.ts';
import { fillBits, fillNormals, fillUniforms, type RandomDraw } from './fill.ts';
import { randomBits, randomNormal, randomUniform } from './random.ts';
import { threefry2x32 } from './threefry.ts';

const keys = Uint32Array.of(42, 0, 0xffffffff, 7, 0, 0x80000000);

async function read(x: tf.Tensor): Promise<Float32Array | Int32Array> {
  const data = await x.data();
  x.dispose();
  return data as Float32Array | Int32Array;
}

/** The contract, word by word. */
function wordOf(row: number, k: number): number {
  const out = new Int32Array(2);
  const block = Math.floor(k / 2);
  threefry2x32(keys[2 * row]!, keys[2 * row + 1]!, (block % 2 ** 32) | 0, Math.floor(block / 2 ** 32), out);
  return out[k % 2]!;
}

// Odd and even starts and lengths, one word, a carry from the low to the high word of the block index.
const draws: RandomDraw[] = [
  { keys, counter: 0, count: 6 },
  { keys, counter: 3, count: 4 },
  { keys, counter: 5, count: 1 },
  { keys, counter: 2 ** 33 - 3, count: 8 },
  { keys, counter: 2 ** 52, count: 3 },
  { keys: keys.subarray(2, 4), counter: 0, count: 5 },
];

describeOnBackends(
  'random kernels',
  (backendName) => {
    test('words are lane k mod 2 of block k / 2, in every row', async () => {
      for (const draw of draws) {
        const bits = randomBits(draw);
        expect(bits.shape).toEqual([draw.keys.length / 2, draw.count]);
        expect(bits.dtype).toBe('int32');
        const firstRow = draw.keys.byteOffset / 8;
        const expected = Array.from({ length: bits.size }, (_, i) =>
          wordOf(firstRow + Math.floor(i / draw.count), draw.counter + (i % draw.count)),
        );
        expect(Array.from(await read(bits))).toEqual(expected);
      }
    });

    test('uniforms are the upper 24 bits, exactly', async () => {
      for (const draw of draws) {
        const words = await read(randomBits(draw));
        const uniforms = await read(randomUniform(draw));
        expect(Array.from(uniforms)).toEqual(Array.from(words, (word) => (word >>> 8) / 2 ** 24));
      }
    });

    test('normals are those of the host: the same bits on cpu and wasm, within 1e-6 on webgpu', async () => {
      const draw = { keys, counter: 1, count: 20_001 };
      const expected = new Float32Array(3 * draw.count);
      fillNormals(expected, draw);
      const normals = await read(randomNormal(draw));
      if (backendName !== 'webgpu') expect(normals).toEqual(expected);
      let worst = 0;
      for (const [i, x] of normals.entries()) {
        const value = expected[i]!;
        worst = Math.max(worst, Math.abs(x - value) / Math.max(1, Math.abs(value)));
      }
      expect(worst).toBeLessThanOrEqual(1e-6);
    });

    test('empty draws are empty tensors', async () => {
      for (const draw of [
        { keys: new Uint32Array(0), counter: 0, count: 3 },
        { keys, counter: 9, count: 0 },
      ]) {
        const empty = randomNormal(draw);
        expect(empty.shape).toEqual([draw.keys.length / 2, draw.count]);
        expect(await read(empty)).toHaveLength(0);
      }
    });

    test('nothing leaks', async () => {
      await read(randomNormal(draws[0]!));
      const before = { tensors: tf.memory().numTensors, data: tf.memory().numDataBuffers };
      for (const draw of draws) tf.dispose([randomBits(draw), randomUniform(draw), randomNormal(draw)]);
      expect({ tensors: tf.memory().numTensors, data: tf.memory().numDataBuffers }).toEqual(before);
    });

    test('impossible draws are refused', () => {
      const refused = (draw: RandomDraw, code: string) =>
        expect(() => randomBits(draw)).toThrow(expect.objectContaining({ code }));
      refused({ keys: new Uint32Array(3), counter: 0, count: 1 }, 'E_SHAPE');
      refused({ keys, counter: 0, count: 1.5 }, 'E_SHAPE');
      refused({ keys, counter: -1, count: 1 }, 'E_SEED');
      refused({ keys, counter: 2 ** 53, count: 1 }, 'E_SEED');
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

describe('without a backend', () => {
  test('a draw is refused with E_NO_BACKEND', async () => {
    await closeBackend();
    expect(() => randomBits(draws[0]!)).toThrow(expect.objectContaining({ code: 'E_NO_BACKEND' }));
  });
});

test('a row in two parts is the row at once', async () => {
  const whole = new Int32Array(9);
  fillBits(whole, { keys: keys.subarray(0, 2), counter: 4, count: 9 });
  const parts = new Int32Array(9);
  fillBits(parts.subarray(0, 5), { keys: keys.subarray(0, 2), counter: 4, count: 5 });
  fillBits(parts.subarray(5), { keys: keys.subarray(0, 2), counter: 9, count: 4 });
  expect(parts).toEqual(whole);
  const uniforms = new Float32Array(9);
  fillUniforms(uniforms, { keys: keys.subarray(0, 2), counter: 4, count: 9 });
  await expectAllClose(
    uniforms,
    Array.from(whole, (word) => (word >>> 8) / 2 ** 24),
    { rtol: 0, atol: 0 },
  );
});
