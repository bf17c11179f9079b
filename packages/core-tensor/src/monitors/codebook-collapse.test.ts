import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastVerdict, testMonitor } from './check-monitor.test-support.ts';
import { createCodebookCollapseMonitor as create } from './codebook-collapse.ts';
import type { Draw } from './draw.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

const codebookSize = 64;
/** 7×7 codes of each image, from the first so many. */
const codesFrom =
  (used: number): Draw =>
  (count, { rng }) =>
    rng.integers([count, 7, 7], 0, used);

const evidenceOf = async (used: number, samples = 64) => {
  const options = {
    codebookSize,
    codes: codesFrom(used),
    samples,
    minUsage: 1,
    minPerplexityShare: 1,
    patience: 1,
  };
  return (await lastVerdict(create(options), 1))!.evidence;
};

describe('the codebook-collapse monitor', () => {
  testMonitor('codebook-collapse', create, { codebookSize, codes: codesFrom(4) });

  test('perplexity is the number of codes in uniform use, and the others are dead', async () => {
    for (const used of [1, 8, 32]) {
      const evidence = await evidenceOf(used);
      expect(Math.abs(evidence.perplexity! / used - 1)).toBeLessThan(0.02);
      expect(evidence.deadCodes).toBe(codebookSize - used);
      expect(evidence.usage).toBeCloseTo(used / codebookSize, 6);
    }
  });

  test('a tenth of the codes is a collapse, a quarter is not', async () => {
    expect(await lastVerdict(create({ codebookSize, codes: codesFrom(6) }), 2)).toMatchObject({
      verdict: 'codebook-collapse',
      evidence: { codebookSize },
    });
    expect(await lastVerdict(create({ codebookSize, codes: codesFrom(16) }), 2)).toBeUndefined();
  });

  test('few images are no alarm: usage counts against what so many draws can reach', async () => {
    const few: Draw = (count, { rng }) => rng.integers([count, 8], 0, codebookSize);
    expect(await lastVerdict(create({ codebookSize, codes: few, samples: 1 }), 2)).toBeUndefined();
    const one: Draw = (count) => tf.zeros([count, 8], 'int32');
    expect(await lastVerdict(create({ codebookSize, codes: one, samples: 1 }), 2)).toBeDefined();
  });

  test('averaged counts do as well, and one code in nearly every place is a collapse', async () => {
    const uniform = tf.fill([codebookSize], 3.5);
    const fading = tf.tensor1d(Array.from({ length: codebookSize }, (_, i) => (i < 4 ? 50 : 1e-4)));
    const uneven = tf.tensor1d(Array.from({ length: codebookSize }, (_, i) => (i === 0 ? 1e4 : 2)));
    expect(await lastVerdict(create({ codebookSize, counts: () => uniform }), 2)).toBeUndefined();
    const dead = await lastVerdict(create({ codebookSize, counts: () => fading }), 2);
    expect(dead?.evidence.deadCodes).toBe(60);
    const narrow = await lastVerdict(create({ codebookSize, counts: () => uneven }), 2);
    expect(narrow?.evidence.perplexity).toBeLessThan(1.3);
    tf.dispose([uniform, fading, uneven]);
  });

  test('codes beyond the book, a count too few and both sources at once are refused', async () => {
    await expect(lastVerdict(create({ codebookSize: 4, codes: codesFrom(9) }), 1)).rejects.toThrow(
      /no such code/,
    );
    const counts = tf.ones([3]);
    await expect(lastVerdict(create({ codebookSize, counts: () => counts }), 1)).rejects.toThrow(
      /one count a code/,
    );
    counts.dispose();
    expect(() => create({ codebookSize })).toThrow(/either codes or counts/);
    expect(() => create({ codes: codesFrom(4) } as never)).toThrow(/codebookSize/);
  });
});
