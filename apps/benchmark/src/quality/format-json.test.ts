import { expect, test } from 'vitest';
import { formatJson } from './format-json.ts';

const value = {
  short: [1, null, 0.25],
  none: [],
  nothing: {},
  deep: { texts: ['a "quoted" text', 'b'], rows: [{ id: '9.3', pass: true }] },
  long: ['x'.repeat(60), 'y'.repeat(60)],
};

test('what is written is read back as it was', () => {
  expect(JSON.parse(formatJson(value))).toEqual(value);
});

test('short lists stand on one line, long ones and objects do not', () => {
  const lines = formatJson(value).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    '{',
    '  "short": [1, null, 0.25],',
    '  "none": [],',
    '  "nothing": {},',
  ]);
  expect(lines).toContain('    "texts": ["a \\"quoted\\" text", "b"],');
  expect(lines).toContain('      {');
  expect(lines).toContain(`    "${'x'.repeat(60)}",`);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(110);
});
