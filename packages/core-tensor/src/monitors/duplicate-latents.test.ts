import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { lastVerdict, normalRows, testMonitor } from './check-monitor.test-support.ts';
import { createDuplicateLatentsMonitor, type DuplicateLatentsOptions } from './duplicate-latents.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

/** Verdict of three checks, each on the latents that a step drew. */
async function verdictOn(latentsOf: (step: number) => tf.Tensor, options: DuplicateLatentsOptions = {}) {
  let step = 0;
  const drawn: tf.Tensor[] = [];
  const latents = () => {
    drawn.push(latentsOf(step++));
    return drawn.at(-1);
  };
  const verdict = await lastVerdict(createDuplicateLatentsMonitor({ latents, ...options }), 3);
  tf.dispose(drawn);
  return verdict;
}

const stream = createRandomStream(3);

describe('the duplicate-latents monitor', () => {
  testMonitor('duplicate-latents', createDuplicateLatentsMonitor, {
    sample: normalRows(3),
    latents: () => undefined,
  });

  test('latents drawn anew are well; the same ones at every step are not', async () => {
    expect(await verdictOn((step) => stream.fork(step).normal([16, 4]))).toBeUndefined();
    expect(await verdictOn(() => stream.fork(0).normal([16, 4]))).toMatchObject({
      verdict: 'duplicate-latents',
      evidence: { repeatedSinceLastCheck: 1, repeatedWithinBatch: 0 },
    });
  });

  test('one latent repeated over the batch is reported, half a batch of padding is not', async () => {
    const repeated = (rows: number) => (step: number) =>
      tf.tidy(() => {
        const rng = stream.fork(step);
        return tf.concat([rng.normal([1, 4]).tile([rows, 1]), rng.normal([16 - rows, 4])]);
      });
    expect((await verdictOn(repeated(16)))?.evidence.repeatedWithinBatch).toBe(1);
    expect(await verdictOn(repeated(9))).toBeDefined();
    expect(await verdictOn(repeated(8))).toBeUndefined();
  });

  test('outputs that do not depend on the draw are reported, nearly equal ones are not', async () => {
    const constant = createDuplicateLatentsMonitor({ sample: (count) => tf.ones([count, 5]) });
    expect((await lastVerdict(constant, 1))?.advice).toMatch(/reach the generator/);
    const close = createDuplicateLatentsMonitor({ sample: normalRows(5, 1e-3) });
    expect(await lastVerdict(close, 3)).toBeUndefined();
  });

  test('there must be something to look at', () => {
    expect(() => createDuplicateLatentsMonitor({})).toThrow(/nothing to look at/);
  });
});
