import { assertConfig } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { positive, share, wholeFrom } from './option-schemas.ts';

test.each([
  ['wholeFrom(2)', wholeFrom(2), [2, 50], [1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, '2']],
  ['share', share, [0, 0.3, 1], [-0.1, 1.1, Number.NaN]],
  ['positive', positive, [1e-9, 4], [0, -1, Number.NaN, Number.POSITIVE_INFINITY]],
] as const)('%s takes what it says and refuses the rest', (_name, schema, good, bad) => {
  for (const value of good) expect(assertConfig(schema, value, 'option')).toBe(value);
  for (const value of bad) {
    expect(() => assertConfig(schema, value, 'option')).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  }
});
