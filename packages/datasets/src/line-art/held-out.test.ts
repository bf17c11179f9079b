import { expect, test } from 'vitest';
import { isHeldOut } from './held-out.ts';

const codes = Array.from({ length: 4000 }, (_, i) => (0x1f300 + i).toString(16));

test('one in ten is held out', () => {
  const share = codes.filter(isHeldOut).length / codes.length;
  // Three standard deviations of 4 000 draws with probability 1/10.
  expect(Math.abs(share - 0.1)).toBeLessThan(3 * Math.sqrt((0.1 * 0.9) / codes.length));
});

test('neighbours are held out independently', () => {
  const both = codes.filter((code, i) => isHeldOut(code) && isHeldOut(codes[i + 1] ?? '')).length;
  expect(Math.abs(both / codes.length - 0.01)).toBeLessThan(3 * Math.sqrt((0.01 * 0.99) / codes.length));
});

test('the split stays as it is', () => {
  expect(codes.slice(0, 60).filter(isHeldOut)).toMatchInlineSnapshot(`
    [
      "1f304",
      "1f307",
      "1f309",
      "1f322",
      "1f32e",
      "1f336",
    ]
  `);
});

test('variants that look alike are on one side', () => {
  for (const code of codes.slice(0, 200)) {
    for (const variant of [`${code}-1f3fb`, `${code}-200d-2640`]) {
      expect(isHeldOut(variant)).toBe(isHeldOut(code));
    }
  }
});
