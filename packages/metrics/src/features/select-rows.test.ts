import { expect, test } from 'vitest';
import { featuresOf } from './drawn-features.test-support.ts';
import { selectRows } from './select-rows.ts';

const rows = featuresOf([
  [1, 2],
  [3, 4],
  [5, 6],
]);

test('rows come in the order of the indices, also twice, and own their values', () => {
  const taken = selectRows(rows, [2, 0, 2]);
  expect(taken).toEqual(
    featuresOf([
      [5, 6],
      [1, 2],
      [5, 6],
    ]),
  );
  taken.values[0] = 9;
  expect(rows.values[4]).toBe(5);
  expect(selectRows({ ...rows, values: new Float32Array(6) }, [1]).values).toBeInstanceOf(Float32Array);
  expect(selectRows(rows, []).count).toBe(0);
});

test('an index that is no row is refused', () => {
  for (const index of [3, -1, 0.5]) {
    expect(() => selectRows(rows, [0, index])).toThrow(expect.objectContaining({ code: 'E_LABEL' }));
  }
});
