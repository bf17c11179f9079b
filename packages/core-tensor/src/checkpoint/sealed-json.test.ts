import { describe, expect, test } from 'vitest';
import { decodeSealedJson, encodeSealedJson } from './sealed-json.ts';
import { sha256 } from './sha256.ts';

test('SHA-256 gives the values of FIPS 180-2', async () => {
  const of = (text: string) => sha256(new TextEncoder().encode(text));
  expect(await of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(await of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

describe('sealed JSON', () => {
  const content = { step: 1200, names: ['é', null, true], '10': 1, '2': { deep: [1.5e-7, -3] } };

  test('what was written is read', async () => {
    expect(await decodeSealedJson(await encodeSealedJson(content, 'x'), 'x')).toEqual(content);
  });

  test('any flipped bit is found, or changes nothing', async () => {
    const good = await encodeSealedJson(content, 'x');
    let found = 0;
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bad = good.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      const read = await decodeSealedJson(bad, 'x').catch((error) => {
        expect(error).toMatchObject({ code: 'E_CHECKPOINT' });
        found += 1;
        return content;
      });
      expect(read).toEqual(content);
    }
    expect(found).toBeGreaterThan(good.length * 6);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%s cannot be written', async (value) => {
    await expect(encodeSealedJson({ value }, 'x')).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
