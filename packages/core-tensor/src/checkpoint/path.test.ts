import { expect, test } from 'vitest';
import { assertSafePath } from './path.ts';

test('paths of a run are split into their parts', () => {
  expect(assertSafePath('step-0001200/model.safetensors')).toEqual(['step-0001200', 'model.safetensors']);
  expect(assertSafePath('.tmp-12')).toEqual(['.tmp-12']);
  expect(assertSafePath('connect/console.txt')).toHaveLength(2);
});

test.each([
  ...['', '/', '.', '..', '../x', 'a/../b', 'a/..', '/etc/passwd', 'a//b', 'a/', './a', 'a/./b'],
  ...[
    'C:\\x',
    'C:x',
    'a\\b',
    '..\\x',
    '\\\\host\\share',
    'a\0b',
    'a b',
    'a\n',
    'é',
    '~',
    '$HOME',
    '%2e%2e',
    'a:stream',
  ],
  ...['CON', 'con.txt', 'a/PRN', 'nul', 'AUX.json', 'COM1', 'lpt9.x', 'a.', 'a...'],
  'x'.repeat(129),
])('%j is refused', (path) => {
  expect(() => assertSafePath(path)).toThrow(expect.objectContaining({ code: 'E_PATH' }));
});
